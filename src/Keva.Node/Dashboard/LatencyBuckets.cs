namespace Keva.Node.Dashboard;

/// <summary>
/// Latencies, counted in four buckets an octave: a quantile read from them is at most a quarter too high. From any thread.
/// </summary>
internal sealed class LatencyBuckets
{
    /// <summary>The first bucket ends a quarter above 16 µs and the last has all above half a minute.</summary>
    private const int FirstOctave = 4;
    private const int Octaves = 22;
    private const int BucketsPerOctave = 4;
    private const int FractionBits = 52;
    private const int ExponentBias = 1023;
    private const int FirstIndex = (ExponentBias + FirstOctave) * BucketsPerOctave;

    private readonly long[] counts = new long[Octaves * BucketsPerOctave];

    public void Add(double seconds) => Interlocked.Increment(ref counts[IndexOf(seconds)]);

    /// <summary>The buckets that are not empty, the shortest latencies first.</summary>
    public IReadOnlyList<LatencyCount> Counts()
    {
        var filled = new List<LatencyCount>();
        for (var i = 0; i < counts.Length; i++)
        {
            if (Volatile.Read(ref counts[i]) is var count and > 0)
            {
                filled.Add(new LatencyCount(UpperBound(i), count));
            }
        }

        return filled;
    }

    // The exponent and the first two bits of the fraction of a double are the octave and the quarter in it (IEEE 754 §3.4).
    private static int IndexOf(double seconds)
    {
        var microseconds = seconds * 1e6;
        var index = microseconds > 0 ? (int)(BitConverter.DoubleToInt64Bits(microseconds) >> (FractionBits - 2)) - FirstIndex : 0;
        return Math.Clamp(index, 0, (Octaves * BucketsPerOctave) - 1);
    }

    private static TimeSpan UpperBound(int index)
    {
        var (octave, quarter) = Math.DivRem(index, BucketsPerOctave);
        return TimeSpan.FromMicroseconds(Math.ScaleB(1 + ((quarter + 1) / (double)BucketsPerOctave), FirstOctave + octave));
    }
}
