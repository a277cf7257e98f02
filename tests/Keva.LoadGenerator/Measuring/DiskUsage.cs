using System.Globalization;

namespace Keva.LoadGenerator.Measuring;

/// <summary>What a whole disk has written, whoever caused it, as Linux counts it under <c>/sys</c>.</summary>
internal static class DiskUsage
{
    private const int WrittenSectorsField = 6;

    // Whatever the disk's own are.
    private const int SectorBytes = 512;

    /// <summary>The counters of the disk that holds a directory; null if it is on no single disk.</summary>
    public static string? CountersOf(string directory)
    {
        var device = DeviceOf(directory, File.ReadLines("/proc/self/mountinfo"));
        var file = $"/sys/dev/block/{device}/stat";
        return device is not null && File.Exists(file) ? file : null;
    }

    public static long WrittenBytes(string counters) => WrittenBytesIn(File.ReadAllText(counters));

    internal static long WrittenBytesIn(string stat)
    {
        var fields = stat.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return long.Parse(fields[WrittenSectorsField], CultureInfo.InvariantCulture) * SectorBytes;
    }

    /// <summary>The numbers of the device of the longest mount point that begins the path; the later of two at the same place.</summary>
    internal static string? DeviceOf(string directory, IEnumerable<string> mountInfo)
    {
        string[]? best = null;
        foreach (var fields in mountInfo.Select(line => line.Split(' ')).Where(fields => fields.Length > 4 && IsWithin(directory, fields[4])))
        {
            best = best is null || fields[4].Length >= best[4].Length ? fields : best;
        }

        return best?[2];
    }

    private static bool IsWithin(string directory, string mountPoint) =>
        mountPoint == "/" || directory == mountPoint || directory.StartsWith(mountPoint + "/", StringComparison.Ordinal);
}
