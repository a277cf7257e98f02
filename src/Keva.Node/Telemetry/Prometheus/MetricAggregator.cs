using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Keva.Node.Telemetry.Prometheus;

/// <summary>
/// Listens to meters and adds up what they measure, for whoever asks. Instruments that only tell when they are asked are
/// asked then, and cost nothing until then.
/// </summary>
internal sealed class MetricAggregator : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<Instrument, InstrumentSeries> instruments = new();
    private readonly Lock collecting = new();
    private long collection;

    /// <param name="isWanted">Which meters to listen to.</param>
    public MetricAggregator(Func<Meter, bool> isWanted)
    {
        listener.InstrumentPublished = (instrument, source) =>
        {
            if (isWanted(instrument.Meter))
            {
                var series = instruments.GetOrAdd(instrument, static (added, self) => new InstrumentSeries(added, () => Volatile.Read(ref self.collection)), this);
                source.EnableMeasurementEvents(instrument, series);
            }
        };
        listener.MeasurementsCompleted = (instrument, _) => instruments.TryRemove(instrument, out var _);
        listener.SetMeasurementEventCallback<double>(static (_, value, tags, series) => ((InstrumentSeries)series!).Record(value, tags));
        listener.SetMeasurementEventCallback<float>(static (_, value, tags, series) => ((InstrumentSeries)series!).Record(value, tags));
        listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, series) => ((InstrumentSeries)series!).Record((double)value, tags));
        listener.SetMeasurementEventCallback<long>(static (_, value, tags, series) => ((InstrumentSeries)series!).Record(value, tags));
        listener.SetMeasurementEventCallback<int>(static (_, value, tags, series) => ((InstrumentSeries)series!).Record(value, tags));
        listener.SetMeasurementEventCallback<short>(static (_, value, tags, series) => ((InstrumentSeries)series!).Record(value, tags));
        listener.SetMeasurementEventCallback<byte>(static (_, value, tags, series) => ((InstrumentSeries)series!).Record(value, tags));
        listener.Start();
    }

    /// <summary>All metrics that have a value, by name in ordinal order.</summary>
    /// <param name="onFailure">Told if an instrument could not be asked; the others are there all the same.</param>
    public IReadOnlyList<MetricFamily> Collect(Action<Exception>? onFailure = null)
    {
        lock (collecting)
        {
            Interlocked.Increment(ref collection);
            try
            {
                listener.RecordObservableInstruments();
            }
            catch (AggregateException exception)
            {
                onFailure?.Invoke(exception);
            }

            return
            [
                .. instruments.Values
                    .GroupBy(series => series.Name, StringComparer.Ordinal)
                    .OrderBy(sameName => sameName.Key, StringComparer.Ordinal)
                    .Select(Merge)
                    .Where(family => family.Samples.Count > 0),
            ];
        }
    }

    public void Dispose() => listener.Dispose();

    /// <summary>A name stands for one metric in the text, whoever measures it: what has the name and another type is left out.</summary>
    private static MetricFamily Merge(IGrouping<string, InstrumentSeries> sameName)
    {
        var families = sameName.Select(series => series.Read()).ToArray();
        return families.Length == 1
            ? families[0]
            : families[0] with { Samples = [.. families.Where(family => family.Type == families[0].Type).SelectMany(family => family.Samples).DistinctBy(sample => sample.Labels, StringComparer.Ordinal)] };
    }
}
