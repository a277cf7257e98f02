using System.Diagnostics;

namespace Keva.Journal.Storage;

/// <summary>Finds out what a durable write costs in a directory, with a few small ones.</summary>
public static class SyncProbe
{
    private const int Bytes = 4096;
    private const int MostWrites = 8;

    /// <summary>
    /// Writes and synchronises until the budget is used up, or a few times; what comes of the last write may take longer.
    /// </summary>
    /// <param name="directory">Where to write. Nothing is left there.</param>
    /// <param name="budget">After this no further write is begun.</param>
    /// <returns>The median; null if nothing could be written, which others will find out and say.</returns>
    public static TimeSpan? MedianOf(string directory, TimeSpan budget)
    {
        var path = Path.Combine(directory, "sync-probe.tmp");
        var times = new List<TimeSpan>(MostWrites);
        try
        {
            using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            var block = new byte[Bytes];
            var began = Stopwatch.GetTimestamp();
            while (times.Count < MostWrites && Stopwatch.GetElapsedTime(began) < budget)
            {
                var started = Stopwatch.GetTimestamp();
                file.Write(block);
                file.Flush(flushToDisk: true);
                times.Add(Stopwatch.GetElapsedTime(started));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        times.Sort();
        return times.Count == 0 ? null : times[times.Count / 2];
    }
}
