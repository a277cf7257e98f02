using System.Numerics;

namespace Keva.Node.Telemetry;

/// <summary>A number that many threads change at once: each processor has a part of its own, and the sum counts.</summary>
internal sealed class StripedCounter
{
    // Two cache lines of longs, because processors fetch them in pairs.
    private const int SlotsPerStripe = 16;

    private static readonly int StripeCount = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, 32));

    private readonly long[] slots = new long[(StripeCount + 1) * SlotsPerStripe];

    public long Sum
    {
        get
        {
            var sum = 0L;
            for (var stripe = 1; stripe <= StripeCount; stripe++)
            {
                sum += Volatile.Read(ref slots[stripe * SlotsPerStripe]);
            }

            return sum;
        }
    }

    public void Add(long amount) =>
        Interlocked.Add(ref slots[((Thread.GetCurrentProcessorId() & (StripeCount - 1)) + 1) * SlotsPerStripe], amount);
}
