using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using Keva.Node.Telemetry.Prometheus;

namespace Keva.Tests.Telemetry;

public sealed class MetricAggregatorTests : IDisposable
{
    private readonly Meter meter = new("test");
    private readonly MetricAggregator aggregator;

    public MetricAggregatorTests() => aggregator = new MetricAggregator(other => ReferenceEquals(other, meter));

    public void Dispose()
    {
        aggregator.Dispose();
        meter.Dispose();
    }

    [Fact]
    public void A_counter_adds_up_for_each_set_of_tags()
    {
        var counter = meter.CreateCounter<int>("requests_total");
        counter.Add(1, Tag("code", "200"));
        counter.Add(2, Tag("code", "200"));
        counter.Add(5, Tag("code", "500"));
        Assert.Equal(3, Scrape()["requests_total"].Value(("code", "200")));
        Assert.Equal(5, Scrape()["requests_total"].Value(("code", "500")));
    }

    [Fact]
    public void Equal_tags_are_one_series_whatever_objects_they_are()
    {
        var counter = meter.CreateCounter<long>("requests_total");
        for (var i = 0; i < 100; i++)
        {
            counter.Add(1, Tag(new string("code"), new string("200")));
            counter.Add(1, new KeyValuePair<string, object?>("code", 200));
        }

        Assert.Equal(200, Assert.Single(Scrape()["requests_total"].Samples).Value);
    }

    [Fact]
    public void A_gauge_has_its_last_value_and_an_up_down_counter_the_sum()
    {
        var level = meter.CreateGauge<double>("level");
        var open = meter.CreateUpDownCounter<long>("open");
        level.Record(3);
        level.Record(1.5);
        open.Add(5);
        open.Add(-2);
        var metrics = Scrape();
        Assert.Equal(("gauge", 1.5), (metrics["level"].Type, metrics["level"].Value()));
        Assert.Equal(("gauge", 3), (metrics["open"].Type, metrics["open"].Value()));
    }

    [Fact]
    public void What_an_observable_instrument_does_not_mention_any_more_is_gone()
    {
        var peers = new List<string> { "host1", "host2" };
        meter.CreateObservableGauge("connected", () => peers.Select(peer => new Measurement<int>(1, Tag("peer", peer))));
        Assert.Equal(2, Scrape()["connected"].Samples.Count);
        peers.Remove("host1");
        Assert.Equal("host2", Assert.Single(Scrape()["connected"].Samples)["peer"]);
        peers.Clear();
        Assert.False(Scrape().ContainsKey("connected"));
    }

    [Fact]
    public void A_histogram_counts_a_value_in_the_bucket_whose_bound_is_not_below_it()
    {
        var histogram = meter.CreateHistogram("time_seconds", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 0.5, 1] });
        foreach (var value in (double[])[0.05, 0.1, 0.10001, 0.5, 1, 1.5, double.PositiveInfinity])
        {
            histogram.Record(value);
        }

        var buckets = Scrape()["time_seconds"].Samples.Where(sample => sample.Name == "time_seconds_bucket").Select(sample => (sample["le"], sample.Value));
        Assert.Equal([("0.1", 2), ("0.5", 4), ("1", 5), ("+Inf", 7)], buckets);
    }

    [Fact]
    public void A_value_that_is_no_number_does_not_spoil_a_histogram()
    {
        var histogram = meter.CreateHistogram<double>("time_seconds", "s");
        histogram.Record(double.NaN);
        histogram.Record(2);
        var metric = Scrape()["time_seconds"];
        Assert.Equal(1, metric.Count());
        Assert.Equal(2, metric.Samples.Single(sample => sample.Name == "time_seconds_sum").Value);
    }

    [Fact]
    public void Recording_with_constant_tags_allocates_nothing()
    {
        var histogram = meter.CreateHistogram<double>("time_seconds", "s");
        Record(histogram, 1_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Record(histogram, 10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        static void Record(Histogram<double> histogram, int times)
        {
            for (var i = 0; i < times; i++)
            {
                histogram.Record(0.01, Tag("method", "GET"), Tag("route", "/v1/storage/key/{key}"), Tag("code", "200"));
            }
        }
    }

    [Fact]
    public async Task Nothing_is_lost_when_many_threads_record_while_others_read()
    {
        const int Writers = 4;
        const int Each = 50_000;
        var histogram = meter.CreateHistogram<double>("time_seconds", "s");
        var counter = meter.CreateCounter<long>("things_total");
        using var done = new CancellationTokenSource();
        var reading = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                Scrape();
            }
        });
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                histogram.Record(0.25, Tag("writer", writer % 2 == 0 ? "even" : "odd"));
                counter.Add(1);
            }
        })));
        await done.CancelAsync();
        await reading;
        var metrics = Scrape();
        Assert.Equal(Writers * Each, metrics["time_seconds"].Count());
        Assert.Equal(Writers * Each / 2 * 0.25, metrics["time_seconds"].Samples.First(sample => sample.Name == "time_seconds_sum").Value);
        Assert.Equal(Writers * Each, metrics["things_total"].Value());
    }

    [Fact]
    public void Tags_without_end_are_counted_together_past_a_limit()
    {
        var counter = meter.CreateCounter<long>("things_total");
        for (var i = 0; i < 3 * SeriesTable.MostSeries; i++)
        {
            counter.Add(1, Tag("name", $"name {i}"));
        }

        var metric = Scrape()["things_total"];
        Assert.Equal(SeriesTable.MostSeries + 1, metric.Samples.Count);
        Assert.Equal(2 * SeriesTable.MostSeries, metric.Value(("overflow", "true")));
    }

    [Fact]
    public void An_instrument_that_fails_does_not_hide_the_others()
    {
        meter.CreateObservableGauge<int>("broken", int () => throw new InvalidOperationException("as it happens"));
        meter.CreateObservableGauge("well", () => 1);
        Exception? failure = null;
        var families = aggregator.Collect(exception => failure = exception);
        Assert.Contains(families, family => family.Name == "well");
        Assert.DoesNotContain(families, family => family.Name == "broken");
        Assert.Contains("as it happens", failure!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_and_help_may_hold_any_text()
    {
        const string Nasty = "back\\slash \"quote\" line\nfeed, comma} brace ключ";
        meter.CreateCounter<long>("things_total", description: "back\\slash and line\nfeed").Add(1, Tag("name.with-dots", Nasty));
        var metric = Scrape()["things_total"];
        Assert.Equal(Nasty, Assert.Single(metric.Samples)["name_with_dots"]);
        Assert.Equal("back\\\\slash and line\\nfeed", metric.Help);
    }

    [Theory]
    [InlineData("dotnet.gc.pause.time", "s", "dotnet_gc_pause_time_seconds_total")]
    [InlineData("dotnet.gc.collections", "{collection}", "dotnet_gc_collections_total")]
    [InlineData("keva_things_total", null, "keva_things_total")]
    [InlineData("keva_sent_bytes_total", "By", "keva_sent_bytes_total")]
    [InlineData("9lives", null, "_9lives_total")]
    public void A_counter_is_called_as_Prometheus_would(string name, string? unit, string expected)
    {
        meter.CreateCounter<long>(name, unit).Add(1);
        Assert.True(Scrape().ContainsKey(expected));
    }

    [Fact]
    public void Infinities_and_what_is_no_number_are_written_as_the_format_says()
    {
        meter.CreateObservableGauge("level", () => (Measurement<double>[])
        [
            new(double.PositiveInfinity, Tag("is", "high")), new(double.NegativeInfinity, Tag("is", "low")), new(double.NaN, Tag("is", "nothing")), new(1e-9, Tag("is", "little")),
        ]);
        Assert.Equal(
            [("high", double.PositiveInfinity), ("little", 1e-9), ("low", double.NegativeInfinity), ("nothing", double.NaN)],
            Scrape()["level"].Samples.Select(sample => (sample["is"], sample.Value)));
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private IReadOnlyDictionary<string, ParsedMetric> Scrape()
    {
        var text = new ArrayBufferWriter<byte>();
        PrometheusText.Write(aggregator.Collect(), text);
        return PrometheusParser.Parse(Encoding.UTF8.GetString(text.WrittenSpan));
    }
}
