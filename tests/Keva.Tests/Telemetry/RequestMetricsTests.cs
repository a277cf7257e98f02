using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using Keva.Node.Gateway.Http;
using Keva.Node.Telemetry.Prometheus;
using Keva.Tests.Gateway;

namespace Keva.Tests.Telemetry;

public sealed class RequestMetricsTests : IDisposable
{
    private const string Metric = "keva_http_request_duration_seconds";
    private readonly Meter meter = new("requests");
    private readonly MetricAggregator aggregator;

    public RequestMetricsTests() => aggregator = new MetricAggregator(other => ReferenceEquals(other, meter));

    public void Dispose()
    {
        aggregator.Dispose();
        meter.Dispose();
    }

    [Fact]
    public async Task Whoever_has_an_answer_finds_it_counted_by_method_route_and_code()
    {
        await using var gateway = await TestGateway.StartAsync(metrics: new RequestMetrics(meter));
        var expected = new Dictionary<(string Method, string Route, string Code), int>();
        await SendAsync("PUT", "/v1/storage/key/a", "/v1/storage/key/{key}", 5);
        await SendAsync("GET", "/v1/storage/key/a", "/v1/storage/key/{key}", 3);
        await SendAsync("GET", "/v1/storage/key/absent", "/v1/storage/key/{key}", 2);
        await SendAsync("HEAD", "/v1/storage/key/a", "/v1/storage/key/{key}", 1);
        await SendAsync("PATCH", "/v1/storage/key/a", "/v1/storage/key/{key}", 1);
        await SendAsync("DELETE", "/v1/storage/key/a", "/v1/storage/key/{key}", 1);
        await SendAsync("GET", "/v1/cluster", "/v1/cluster", 2);
        await SendAsync("POST", "/v1/cluster", "/v1/cluster", 1);
        await SendAsync("GET", "/health/live", "/health/live", 1);
        await SendAsync("GET", "/no/such/path", "none", 2);
        await SendAsync("GET", "/another/path", "none", 2);

        async Task SendAsync(string method, string target, string route, int times)
        {
            for (var i = 0; i < times; i++)
            {
                var response = await gateway.SendAsync(method, target);
                var known = method == "PATCH" ? "other" : method;
                var key = (known, route, response.Status.ToString(System.Globalization.CultureInfo.InvariantCulture));
                expected[key] = expected.GetValueOrDefault(key) + 1;

                // At once: not a moment later.
                Assert.Equal(expected.Values.Sum(), Scrape()[Metric].Count());
            }
        }

        var counted = Scrape()[Metric].Samples
            .Where(sample => sample.Name == Metric + "_count")
            .ToDictionary(sample => (sample["method"]!, sample["route"]!, sample["code"]!), sample => (int)sample.Value);
        Assert.Equal(expected.OrderBy(pair => pair.Key), counted.OrderBy(pair => pair.Key));
    }

    [Fact]
    public async Task A_request_is_in_flight_until_it_ends()
    {
        var waiting = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        var route = new HttpRoute("/slow", ("GET", async exchange =>
        {
            entered.SetResult();
            await waiting.Task;
            await exchange.SendStatusAsync(204);
        }));
        await using var gateway = await TestGateway.StartAsync(moreRoutes: [route], metrics: new RequestMetrics(meter));
        var request = gateway.SendAsync("GET", "/slow");
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(1, Scrape()["keva_http_requests_in_flight"].Value());
        waiting.SetResult();
        await request;
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (!Scrape()["keva_http_requests_in_flight"].Value().Equals(0))
        {
            Assert.True(DateTime.UtcNow < deadline, "the request ends");
            await Task.Yield();
        }
    }

    [Fact]
    public async Task A_request_whose_client_went_away_is_counted_as_such()
    {
        var entered = new TaskCompletionSource();
        var gone = new TaskCompletionSource();
        var route = new HttpRoute("/slow", ("GET", async exchange =>
        {
            using var registration = exchange.Aborted.Register(gone.SetResult);
            entered.SetResult();
            await gone.Task;
            exchange.Aborted.ThrowIfCancellationRequested();
        }));
        await using var gateway = await TestGateway.StartAsync(moreRoutes: [route], metrics: new RequestMetrics(meter));
        using (var cancellation = new CancellationTokenSource())
        {
            var request = gateway.Client.GetAsync(new Uri("/slow", UriKind.Relative), cancellation.Token);
            await entered.Task.WaitAsync(TimeSpan.FromSeconds(20));
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        }

        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (!(Scrape().GetValueOrDefault(Metric)?.Count(("route", "/slow"), ("code", "499")) ?? 0).Equals(1))
        {
            Assert.True(DateTime.UtcNow < deadline, "the request is counted");
            await Task.Yield();
        }
    }

    private IReadOnlyDictionary<string, ParsedMetric> Scrape()
    {
        var text = new ArrayBufferWriter<byte>();
        PrometheusText.Write(aggregator.Collect(), text);
        return PrometheusParser.Parse(Encoding.UTF8.GetString(text.WrittenSpan));
    }
}
