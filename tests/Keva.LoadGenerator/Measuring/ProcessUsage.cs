using System.Globalization;

namespace Keva.LoadGenerator.Measuring;

/// <summary>What a process has used, as Linux counts it under <c>/proc</c>.</summary>
/// <param name="ProcessorSeconds">Time on the processors, its own and the kernel's for it.</param>
/// <param name="DirtiedBytes">
/// What it will cause to be written to disks, reckoned when it changes the page cache. The kernel counts the whole folio
/// that a change is in, and a folio can be much larger than what is then written of it.
/// </param>
/// <param name="ResidentBytes">Its memory that is in memory.</param>
internal readonly record struct ProcessUsage(double ProcessorSeconds, long DirtiedBytes, long ResidentBytes)
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
        left.ProcessorSeconds + right.ProcessorSeconds, left.DirtiedBytes + right.DirtiedBytes, left.ResidentBytes + right.ResidentBytes);

    public static ProcessUsage operator -(ProcessUsage left, ProcessUsage right) => new(
        left.ProcessorSeconds - right.ProcessorSeconds, left.DirtiedBytes - right.DirtiedBytes, left.ResidentBytes - right.ResidentBytes);

    /// <summary>Processor time of all programs that this one has started and that have ended.</summary>
    public static double EndedChildrenSeconds() => SecondsIn(File.ReadAllText("/proc/self/stat"), userField: 16);

    /// <summary>The time that a process has used itself.</summary>
    internal static double ProcessorSecondsIn(string stat) => SecondsIn(stat, userField: 14);

    /// <summary>The sum of a field of <c>/proc/PID/stat</c>, time of the user, and the one behind it, time of the kernel.</summary>
    private static double SecondsIn(string stat, int userField)
    {
        // The second field is the program's name in parentheses, and may have blanks and parentheses in it.
        const int firstBehindName = 3;
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var user = long.Parse(fields[userField - firstBehindName], CultureInfo.InvariantCulture);
        var kernel = long.Parse(fields[userField - firstBehindName + 1], CultureInfo.InvariantCulture);
        return (user + kernel) / TicksPerSecond;
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
