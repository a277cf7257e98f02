using System.Diagnostics.Metrics;
using Keva.Node.Dashboard;
using Keva.Tests.Actors;

namespace Keva.Tests.Dashboard;

public sealed class TrafficMeterTests : IDisposable
{
    private const string Key = "/v1/storage/key/{key}";

    private readonly Meter meter = new("Keva");
    private readonly ManualTime time = new();
    private readonly Histogram<double> durations;

    public TrafficMeterTests() => durations = meter.CreateHistogram<double>("keva_http_request_duration_seconds");

    public void Dispose() => meter.Dispose();

    [Fact]
    public void Requests_for_keys_are_counted_by_what_they_do_and_by_their_latency()
    {
        using var traffic = new TrafficMeter(meter, time);
        Record(0.0005, "GET", Key, "200");
        Record(0.0005, "HEAD", Key, "204");
        Record(0.004, "PUT", Key, "200");
        Record(0.004, "DELETE", Key, "503");
        Record(0.004, "POST", "/", "429");
        Record(0.1, "GET", "/metrics", "200");
        Record(0.1, "GET", "/", "200");
        time.Advance(TimeSpan.FromSeconds(2));

        var taken = traffic.Take();

        Assert.Equal((TimeSpan.FromSeconds(2), 2L), (taken.Interval, taken.Failed));
        Assert.Equal(2, Assert.Single(taken.Reads).Count);
        Assert.Equal(3, Assert.Single(taken.Writes).Count);
    }

    [Fact]
    public void Each_take_begins_anew()
    {
        using var traffic = new TrafficMeter(meter, time);
        Record(0.001, "GET", Key, "500");
        traffic.Take();

        var taken = traffic.Take();

        Assert.Equal((0L, 0, TimeSpan.Zero), (taken.Failed, taken.Reads.Count, taken.Interval));
    }

    [Fact]
    public void Another_node_of_the_process_is_not_counted()
    {
        using var traffic = new TrafficMeter(meter, time);
        using var other = new Meter("Keva");
        other.CreateHistogram<double>("keva_http_request_duration_seconds").Record(1, new("method", "GET"), new("route", Key), new KeyValuePair<string, object?>("code", "200"));

        Assert.Empty(traffic.Take().Reads);
    }

    [Fact]
    public void Nothing_is_counted_for_it_when_it_is_disposed()
    {
        new TrafficMeter(meter, time).Dispose();

        Assert.False(durations.Enabled);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(0.0000001)]
    [InlineData(0.00002)]
    [InlineData(0.00123)]
    [InlineData(0.05)]
    [InlineData(1)]
    [InlineData(33)]
    public void A_bucket_ends_at_most_a_quarter_above_the_latency_that_is_in_it(double seconds)
    {
        var buckets = new LatencyBuckets();
        buckets.Add(seconds);

        var (atMost, count) = Assert.Single(buckets.Counts());

        Assert.Equal(1, count);
        Assert.InRange(atMost.TotalSeconds, seconds, Math.Max(20e-6, seconds * 1.25) + 1e-7);
    }

    [Theory]
    [InlineData(1e9)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NaN)]
    public void What_is_beyond_all_bounds_is_counted_all_the_same(double seconds)
    {
        var buckets = new LatencyBuckets();
        buckets.Add(seconds);

        Assert.Equal(1, Assert.Single(buckets.Counts()).Count);
    }

    private void Record(double seconds, string method, string route, string code) =>
        durations.Record(seconds, new("method", method), new("route", route), new KeyValuePair<string, object?>("code", code));
}
