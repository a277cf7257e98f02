using System.Diagnostics.Metrics;
using Keva.Node.Gateway.Http;

namespace Keva.Node.Dashboard;

/// <summary>
/// Counts this node's requests by their latency until disposed, from the histogram that the gateway records anyway.
/// </summary>
internal sealed class TrafficMeter : IDisposable
{
    private readonly TimeProvider clock;
    private readonly MeterListener listener;
    private LatencyBuckets reads = new();
    private LatencyBuckets writes = new();
    private long failed;
    private long since;

    /// <param name="meter">The node's: other nodes of the process have others.</param>
    /// <param name="clock">Measures the intervals.</param>
    public TrafficMeter(Meter meter, TimeProvider clock)
    {
        this.clock = clock;
        since = clock.GetTimestamp();
        listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Name == RequestMetrics.DurationName && ReferenceEquals(instrument.Meter, meter))
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) => Count(seconds, tags));
        listener.Start();
    }

    /// <summary>What was counted since the last time. A request that ends in this very moment may be missed.</summary>
    public Traffic Take()
    {
        var at = clock.GetTimestamp();
        var interval = clock.GetElapsedTime(since, at);
        since = at;
        return new Traffic(
            interval,
            Interlocked.Exchange(ref reads, new LatencyBuckets()).Counts(),
            Interlocked.Exchange(ref writes, new LatencyBuckets()).Counts(),
            Interlocked.Exchange(ref failed, 0));
    }

    public void Dispose() => listener.Dispose();

    private void Count(double seconds, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var method = TagOf(tags, "method");
        var counted = TagOf(tags, "route") switch
        {
            StorageEndpoint.Route => method is "GET" or "HEAD" ? reads : writes,
            "/" when method == "POST" => writes,
            _ => null,
        };
        if (counted is not null)
        {
            counted.Add(seconds);
            if (IsFailure(TagOf(tags, "code")))
            {
                Interlocked.Increment(ref failed);
            }
        }
    }

    private static string? TagOf(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == name)
            {
                return tag.Value as string;
            }
        }

        return null;
    }

    private static bool IsFailure(string? code) => code is not null && (code == "429" || code.StartsWith('5'));
}
