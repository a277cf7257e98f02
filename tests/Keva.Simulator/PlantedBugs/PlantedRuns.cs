using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Keva.Simulator.PlantedBugs;

/// <summary>What came of planting one bug.</summary>
/// <param name="Rule">What caught it; null if nothing did.</param>
/// <param name="Seed">The seed that did.</param>
/// <param name="Time">How much simulated time of that seed it took.</param>
/// <param name="Seeds">How many seeds were run.</param>
internal sealed record Catching(PlantedBug Bug, string? Rule, int Seed, TimeSpan Time, int Seeds);

/// <summary>
/// Tests the tester: plants each bug and runs seeds until a rule catches it. A bug that nothing catches is a hole in the
/// simulator.
/// </summary>
internal static partial class PlantedRuns
{
    // Far more than any bug of the list has ever needed.
    private const int MaximumSeeds = 1000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    // A seed takes seconds.
    private static readonly TimeSpan PatienceForOneSeed = TimeSpan.FromMinutes(2);

    /// <param name="only">Only bugs whose name contains this; null for all.</param>
    /// <param name="quick">Begin with the seed that is known to catch the bug.</param>
    /// <param name="threads">How many bugs at a time.</param>
    /// <param name="onCaught">Told of each, one at a time.</param>
    /// <exception cref="PlantingException">A bug does not apply any more, or the copy does not build.</exception>
    public static IReadOnlyList<Catching> Run(string? only, bool quick, int threads, Action<Catching> onCaught)
    {
        var repository = FindRepository();
        var all = BugFileReader.ReadAll(Path.Combine(repository, "tests", "Keva.Simulator", "Planted"));
        var copy = new PlantedCopy(repository);
        copy.Make(all);
        return Catch(copy, all.Where(bug => only is null || bug.Name.Contains(only, StringComparison.Ordinal)).ToArray(), quick, threads, onCaught);
    }

    private static Catching[] Catch(PlantedCopy copy, IReadOnlyList<PlantedBug> bugs, bool quick, int threads, Action<Catching> onCaught)
    {
        var catches = new Catching[bugs.Count];
        var known = quick ? RunTogether(copy, bugs, threads, onCaught) : [];
        var gate = new Lock();
        Parallel.For(0, bugs.Count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            if (known.TryGetValue(bugs[i].Name, out var caught))
            {
                catches[i] = caught;
                return;
            }

            catches[i] = RunCopy(copy, bugs[i], 1, MaximumSeeds);
            lock (gate)
            {
                onCaught(catches[i]);
            }
        });
        return catches;
    }

    /// <summary>
    /// Each bug at the seed that is known to catch it, in one process. Those that were caught, by name; who was not, or ended
    /// the process, or stood in the way of others by not ending at all, is to be looked at alone.
    /// </summary>
    private static Dictionary<string, Catching> RunTogether(PlantedCopy copy, IReadOnlyList<PlantedBug> bugs, int threads, Action<Catching> onCaught)
    {
        var caught = new Dictionary<string, Catching>(StringComparer.Ordinal);
        var byName = bugs.Where(bug => bug.Seed is not null).ToDictionary(bug => bug.Name, StringComparer.Ordinal);
        if (byName.Count == 0)
        {
            return caught;
        }

        var start = new ProcessStartInfo(copy.Program, ["--threads", Text(threads), "--awake", .. byName.Values.Select(bug => $"{bug.Name}:{Text(bug.Seed!.Value)}")])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        using var watch = new Timer(_ => process.Kill(), state: null, PatienceForOneSeed, Timeout.InfiniteTimeSpan);
        while (process.StandardOutput.ReadLine() is { } line)
        {
            watch.Change(PatienceForOneSeed, Timeout.InfiniteTimeSpan);
            if (Awakening.TryRead(line, out var name, out var seed, out var time, out var rule) && rule is not null && byName.TryGetValue(name, out var bug))
            {
                caught[name] = new Catching(bug, rule, seed, time, Seeds: 1);
                onCaught(caught[name]);
            }
        }

        process.WaitForExit();
        return caught;
    }

    private static Catching RunCopy(PlantedCopy copy, PlantedBug bug, int first, int seeds)
    {
        string[] arguments = ["--from", Text(first), "--seeds", Text(seeds), "--threads", "1", "--stop-after", "1"];
        var start = new ProcessStartInfo(copy.Program, arguments) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment[PlantedCopy.Variable] = bug.Name;
        using var process = Process.Start(start)!;
        var reading = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill();
            return new Catching(bug, null, 0, TimeSpan.Zero, 0);
        }

        var output = reading.GetAwaiter().GetResult();
        var caught = CaughtPattern().Match(output);
        if (process.ExitCode == 0 || !caught.Success)
        {
            return new Catching(bug, null, 0, TimeSpan.Zero, seeds);
        }

        var seed = int.Parse(caught.Groups["seed"].ValueSpan, CultureInfo.InvariantCulture);
        var after = SimulatedPattern().Match(output);
        var time = TimeSpan.FromSeconds(double.Parse(after.Groups["seconds"].ValueSpan, CultureInfo.InvariantCulture));
        return new Catching(bug, caught.Groups["rule"].Value, seed, time, seed - first + 1);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string FindRepository()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Keva.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new PlantingException("the sources were not found: run this from the repository");
    }

    [GeneratedRegex("^seed (?<seed>[0-9]+): (?<rule>[^:]+): ", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex CaughtPattern();

    [GeneratedRegex("broke a rule after (?<seconds>[0-9.]+) simulated seconds", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex SimulatedPattern();
}
