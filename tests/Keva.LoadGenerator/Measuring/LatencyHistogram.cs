using System.Numerics;

namespace Keva.LoadGenerator.Measuring;

/// <summary>
/// Counts of times in nanoseconds, each kept to three significant digits: from 2048 up, a power of two is divided into
/// 1024 buckets, so no bucket is wider than a thousandth of what it holds. Recording allocates nothing.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int BucketBits = 10;
    private const int BucketsPerPower = 1 << BucketBits;

    // 2^36 ns are 69 s; what took longer is counted as that.
    private const int HighestPower = 36;

    private readonly long[] counts = new long[((HighestPower - BucketBits) * BucketsPerPower) + BucketsPerPower];

    public const long Highest = (1L << HighestPower) - 1;

    public long Count { get; private set; }

    /// <summary>The longest time, exactly.</summary>
    public long Maximum { get; private set; }

    public void Record(long nanoseconds)
    {
        var value = Math.Clamp(nanoseconds, 0, Highest);
        counts[IndexOf(value)]++;
        Count++;
        Maximum = Math.Max(Maximum, value);
    }

    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] += other.counts[i];
        }

        Count += other.Count;
        Maximum = Math.Max(Maximum, other.Maximum);
    }

    public void Clear()
    {
        Array.Clear(counts);
        Count = 0;
        Maximum = 0;
    }

    /// <summary>The time that <paramref name="percent"/> of all did not exceed, rounded up to the end of its bucket; 0 if there are none.</summary>
    public long Percentile(double percent)
    {
        var rank = Math.Clamp((long)Math.Ceiling(percent / 100 * Count), 1, Math.Max(Count, 1));
        var seen = 0L;
        for (var i = 0; i < counts.Length; i++)
        {
            seen += counts[i];
            if (seen >= rank)
            {
                return Math.Min(LastOf(i), Maximum);
            }
        }

        return 0;
    }

    private static int IndexOf(long value)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)value) - BucketBits);
        return (shift * BucketsPerPower) + (int)(value >> shift);
    }

    // The inverse of IndexOf: the first two rows, in which a bucket is one nanosecond wide, have no shift.
    private static long LastOf(int index)
    {
        var shift = Math.Max(0, (index / BucketsPerPower) - 1);
        var bucket = (long)index - (shift * BucketsPerPower);
        return ((bucket + 1) << shift) - 1;
    }
}
