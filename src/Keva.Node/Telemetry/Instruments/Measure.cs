using System.Diagnostics.Metrics;

namespace Keva.Node.Telemetry.Instruments;

/// <summary>What the instruments have in common.</summary>
internal static class Measure
{
    public static long Flag(bool value) => value ? 1 : 0;

    public static Measurement<T> Of<T>(T value, string tag, string text)
        where T : struct => new(value, new KeyValuePair<string, object?>(tag, text));

    /// <summary>A histogram of times.</summary>
    /// <param name="meter">Whose it is.</param>
    /// <param name="name">Ends in <c>_seconds</c>.</param>
    /// <param name="description">What is measured.</param>
    /// <param name="bounds">The buckets that suit it, in seconds.</param>
    public static Histogram<double> Seconds(this Meter meter, string name, string description, double[] bounds) =>
        meter.CreateHistogram(name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
}
