using System.Numerics;

namespace Keva.Node.Telemetry.Prometheus;

/// <summary>
/// Counts values in fixed buckets. Recording takes no lock and allocates nothing: each processor counts in a stripe of its
/// own, and whoever reads adds the stripes up.
/// </summary>
internal sealed class StripedHistogram
{
    // A cache line that two processors write travels between them; two lines, since processors fetch them in pairs.
    private const int PaddingSlots = 16;
    private const int SumSlot = PaddingSlots;
    private const int FirstBucketSlot = SumSlot + 1;
    private const int MostStripes = 32;

    private static readonly int StripeCount = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, MostStripes));

    private readonly double[] bounds;
    private readonly long[][] stripes;

    /// <param name="bounds">The upper bounds of the buckets, each inclusive, growing; one more bucket takes what is above.</param>
    public StripedHistogram(double[] bounds)
    {
        this.bounds = bounds;
        stripes = new long[StripeCount][];
        for (var i = 0; i < stripes.Length; i++)
        {
            stripes[i] = new long[FirstBucketSlot + bounds.Length + 1 + PaddingSlots];
        }
    }

    public void Record(double value)
    {
        if (double.IsNaN(value))
        {
            return;
        }

        var bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
        {
            bucket++;
        }

        // A thread may be moved to another processor at any time: the stripe is only likely to be its own.
        var stripe = stripes[Thread.GetCurrentProcessorId() & (StripeCount - 1)];
        AddToSum(ref stripe[SumSlot], value);
        Interlocked.Increment(ref stripe[FirstBucketSlot + bucket]);
    }

    /// <summary>What was counted so far. Values that are recorded meanwhile may be in it or not, each as a whole but for its part of the sum.</summary>
    public DistributionSnapshot Read()
    {
        var counts = new long[bounds.Length + 1];
        var sum = 0.0;
        foreach (var stripe in stripes)
        {
            for (var i = 0; i < counts.Length; i++)
            {
                counts[i] += Volatile.Read(ref stripe[FirstBucketSlot + i]);
            }

            sum += BitConverter.Int64BitsToDouble(Volatile.Read(ref stripe[SumSlot]));
        }

        return new DistributionSnapshot(bounds, counts, sum);
    }

    private static void AddToSum(ref long slot, double value)
    {
        var seen = Volatile.Read(ref slot);
        while (true)
        {
            var sum = BitConverter.DoubleToInt64Bits(BitConverter.Int64BitsToDouble(seen) + value);
            var before = Interlocked.CompareExchange(ref slot, sum, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
