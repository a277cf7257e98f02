using System.Globalization;
using System.Reflection;
using Keva.Simulator.Runs;

namespace Keva.Simulator.PlantedBugs;

/// <summary>
/// In a copy with bugs in it: runs many bugs, each at its seed, in one process. Most of what a process of its own takes for one
/// seed is compiling.
/// </summary>
internal static class Awakening
{
    /// <summary>In each assembly of the copy, the name of the bug that the thread has.</summary>
    public const string Field = "activeInThread";

    private const string Switch = "Keva.PlantedBug";

    /// <param name="pairs">Each the name of a bug, a colon and a seed.</param>
    /// <param name="threads">How many at a time.</param>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyList<string> pairs, int threads)
    {
        var switches = FindSwitches();
        if (switches.Count == 0)
        {
            Console.Error.WriteLine("There are no bugs in this program; --planted makes a copy that has them.");
            return 2;
        }

        var gate = new Lock();
        var next = -1;
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            int i;
            while ((i = Interlocked.Increment(ref next)) < pairs.Count)
            {
                var (name, seed) = Parse(pairs[i]);
                switches.ForEach(active => active.SetValue(obj: null, name));
                var result = SeedRun.Run(seed);
                lock (gate)
                {
                    Console.WriteLine(Line(name, result));
                }
            }
        })).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
        return 0;
    }

    /// <summary>What the program says of one bug; <see cref="TryRead"/> reads it.</summary>
    internal static string Line(string name, SeedResult result) => string.Create(
        CultureInfo.InvariantCulture, $"{name}\t{result.Seed}\t{result.Counts.SimulatedTime.TotalSeconds:0.0}\t{result.Rule}");

    /// <summary>False for a line that is none.</summary>
    internal static bool TryRead(string line, out string name, out int seed, out TimeSpan time, out string? rule)
    {
        var parts = line.Split('\t');
        (name, seed, time, rule) = ("", 0, TimeSpan.Zero, null);
        if (parts.Length != 4
            || !int.TryParse(parts[1], CultureInfo.InvariantCulture, out seed)
            || !double.TryParse(parts[2], CultureInfo.InvariantCulture, out var seconds))
        {
            return false;
        }

        (name, time, rule) = (parts[0], TimeSpan.FromSeconds(seconds), parts[3].Length > 0 ? parts[3] : null);
        return true;
    }

    private static (string Name, int Seed) Parse(string pair)
    {
        var colon = pair.LastIndexOf(':');
        return (pair[..colon], int.Parse(pair.AsSpan(colon + 1), CultureInfo.InvariantCulture));
    }

    private static List<FieldInfo> FindSwitches() =>
    [
        .. Directory.GetFiles(AppContext.BaseDirectory, "Keva.*.dll")
            .Order(StringComparer.Ordinal)
            .Select(file => Assembly.Load(Path.GetFileNameWithoutExtension(file)).GetType(Switch)?.GetField(Field, BindingFlags.Static | BindingFlags.NonPublic))
            .OfType<FieldInfo>(),
    ];
}
