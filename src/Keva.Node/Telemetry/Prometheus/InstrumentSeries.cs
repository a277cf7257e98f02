using System.Diagnostics.Metrics;

namespace Keva.Node.Telemetry.Prometheus;

/// <summary>What is known of one instrument: its series, and how a measurement changes one.</summary>
internal sealed class InstrumentSeries
{
    // For a histogram that does not say what suits it; wide enough for times in seconds.
    private static readonly double[] DefaultBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    // The runtime declares these as counters although they go up and down.
    private static readonly string[] LevelsCalledCounters = ["dotnet.thread_pool.queue.length", "dotnet.thread_pool.thread.count"];

    private readonly SeriesTable table;
    private readonly Func<long> currentCollection;
    private readonly bool isSet;
    private readonly string help;

    /// <param name="instrument">The instrument.</param>
    /// <param name="currentCollection">The number of the collection that is under way, for values that are only good for one.</param>
    public InstrumentSeries(Instrument instrument, Func<long> currentCollection)
    {
        this.currentCollection = currentCollection;
        var kind = instrument.GetType().GetGenericTypeDefinition();
        Type = kind == typeof(Histogram<>) ? MetricType.Histogram
            : (kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>)) && !LevelsCalledCounters.Contains(instrument.Name, StringComparer.Ordinal) ? MetricType.Counter
            : MetricType.Gauge;
        isSet = instrument.IsObservable || kind == typeof(Gauge<>);
        IsObservable = instrument.IsObservable;
        Name = MetricName.Of(instrument, Type);
        help = instrument.Description ?? "";
        var bounds = Type == MetricType.Histogram ? BoundsOf(instrument) : null;
        table = new SeriesTable(labels => new MetricSeries(labels, bounds));
    }

    public string Name { get; }

    public MetricType Type { get; }

    private bool IsObservable { get; }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = table.Find(tags);
        if (Type == MetricType.Histogram)
        {
            series.Count(value);
        }
        else if (isSet)
        {
            series.Set(value, currentCollection());
        }
        else
        {
            series.Add(value);
        }
    }

    /// <summary>The values now. What an observable instrument did not mention in this collection is gone.</summary>
    public MetricFamily Read()
    {
        var collection = currentCollection();
        var samples = new List<MetricSample>();
        foreach (var series in table.All)
        {
            if (!IsObservable || series.Collection == collection)
            {
                samples.Add(series.Read());
            }
        }

        return new MetricFamily(Name, Type, help, samples);
    }

    private static double[] BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
        Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
        _ => DefaultBounds,
    };
}
