using System.Globalization;

namespace Keva.LoadGenerator.Measuring;

/// <summary>What a process has used, as Linux counts it under <c>/proc</c>.</summary>
/// <param name="ProcessorSeconds">Time on the processors, its own and the kernel's for it.</param>
/// <param name="WrittenBytes">What it caused to be written to disks.</param>
/// <param name="ResidentBytes">Its memory that is in memory.</param>
internal readonly record struct ProcessUsage(double ProcessorSeconds, long WrittenBytes, long ResidentBytes)
{
    // The unit of times in /proc is part of the kernel's interface to programs, and is the same on all that run .NET.
    private const double TicksPerSecond = 100;

    public static ProcessUsage Of(int processId) => new(
        ProcessorSecondsIn(File.ReadAllText(Invariant($"/proc/{processId}/stat"))),
        FieldIn(File.ReadAllText(Invariant($"/proc/{processId}/io")), "write_bytes:"),
        FieldIn(File.ReadAllText(Invariant($"/proc/{processId}/status")), "VmRSS:") * 1024);

    /// <summary>What several processes have used together.</summary>
    public static ProcessUsage OfAll(IEnumerable<int> processIds) =>
        processIds.Select(Of).Aggregate(default(ProcessUsage), (sum, one) => sum + one);

    public static ProcessUsage operator +(ProcessUsage left, ProcessUsage right) => new(
        left.ProcessorSeconds + right.ProcessorSeconds, left.WrittenBytes + right.WrittenBytes, left.ResidentBytes + right.ResidentBytes);

    public static ProcessUsage operator -(ProcessUsage left, ProcessUsage right) => new(
        left.ProcessorSeconds - right.ProcessorSeconds, left.WrittenBytes - right.WrittenBytes, left.ResidentBytes - right.ResidentBytes);

    /// <summary>The user's and the kernel's time, which are fields 14 and 15 of <c>/proc/PID/stat</c>.</summary>
    internal static double ProcessorSecondsIn(string stat)
    {
        // The second field is the program's name in parentheses, and may have blanks and parentheses in it.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    /// <summary>The number behind a name in a file of lines <c>name: number</c>.</summary>
    internal static long FieldIn(string text, string name)
    {
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
            {
                var number = line[name.Length..].Trim().Split(' ')[0];
                return long.Parse(number, CultureInfo.InvariantCulture);
            }
        }

        throw new FormatException($"no line '{name}' in what the kernel tells about the process");
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
