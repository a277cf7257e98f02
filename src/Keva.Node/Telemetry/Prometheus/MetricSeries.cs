namespace Keva.Node.Telemetry.Prometheus;

/// <summary>The values of one instrument under one set of tags. Any thread may record.</summary>
internal sealed class MetricSeries
{
    private readonly StripedHistogram? histogram;
    private long valueBits;
    private long collection;

    /// <param name="labels">The tags as Prometheus writes them.</param>
    /// <param name="bounds">The bounds of a histogram's buckets; null for a single number.</param>
    public MetricSeries(string labels, double[]? bounds)
    {
        Labels = labels;
        histogram = bounds is null ? null : new StripedHistogram(bounds);
    }

    public string Labels { get; }

    /// <summary>In which collection the value was last set.</summary>
    public long Collection => Volatile.Read(ref collection);

    public void Count(double value) => histogram!.Record(value);

    public void Add(double value)
    {
        var seen = Volatile.Read(ref valueBits);
        while (true)
        {
            var sum = BitConverter.DoubleToInt64Bits(BitConverter.Int64BitsToDouble(seen) + value);
            var before = Interlocked.CompareExchange(ref valueBits, sum, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }

    public void Set(double value, long inCollection)
    {
        Volatile.Write(ref valueBits, BitConverter.DoubleToInt64Bits(value));
        Volatile.Write(ref collection, inCollection);
    }

    public MetricSample Read() =>
        new(Labels, BitConverter.Int64BitsToDouble(Volatile.Read(ref valueBits)), histogram?.Read());
}
