namespace Keva.Node.Telemetry.Prometheus;

/// <summary>What Prometheus calls the type of a metric.</summary>
internal enum MetricType
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>All values of one metric at one moment.</summary>
/// <param name="Name">As Prometheus has it.</param>
/// <param name="Type">What its values mean.</param>
/// <param name="Help">One line for people; may be empty.</param>
/// <param name="Samples">One for each set of labels, in the order of the labels.</param>
internal sealed record MetricFamily(string Name, MetricType Type, string Help, IReadOnlyList<MetricSample> Samples);

/// <param name="Labels">As they stand between the braces: <c>method="GET",code="200"</c>.</param>
/// <param name="Value">Of a counter or a gauge.</param>
/// <param name="Distribution">Of a histogram; null for others.</param>
internal sealed record MetricSample(string Labels, double Value, DistributionSnapshot? Distribution = null);

/// <param name="Bounds">The upper bounds of the buckets, each inclusive.</param>
/// <param name="Counts">How many values are in each bucket; the last is of what is above all bounds.</param>
/// <param name="Sum">Of all values.</param>
internal sealed record DistributionSnapshot(double[] Bounds, long[] Counts, double Sum);
