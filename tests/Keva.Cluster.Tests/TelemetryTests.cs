using System.Globalization;
using System.Net;
using System.Text.Json;
using Keva.Cluster.Tests.Harness;
using Keva.Tests.Telemetry;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>What nodes tell about themselves, with real processes.</summary>
public sealed class TelemetryTests(ITestOutputHelper output)
{
    private const string Requests = "keva_http_request_duration_seconds";
    private const string KeyRoute = "/v1/storage/key/{key}";

    [Fact]
    public async Task The_metrics_of_each_node_agree_with_what_its_clients_counted()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        var before = new Dictionary<string, Dictionary<(string Method, string Route, string Code), long>>(StringComparer.Ordinal);
        foreach (var node in cluster.Nodes)
        {
            before[node.Name] = RequestsOf(await ScrapeAsync(node));
        }

        using var loaded = new CancellationTokenSource();
        var scraping = Task.WhenAll(cluster.Nodes.Select(node => ScrapeUntilAsync(node, loaded.Token)));
        await Task.WhenAll(cluster.Nodes.SelectMany(node => Enumerable.Range(0, 4).Select(client => LoadAsync(node, client))));
        await loaded.CancelAsync();
        await scraping;

        foreach (var node in cluster.Nodes)
        {
            var metrics = await ScrapeAsync(node);
            var counted = RequestsOf(metrics)
                .ToDictionary(pair => pair.Key, pair => pair.Value - before[node.Name].GetValueOrDefault(pair.Key))
                .Where(pair => pair.Value > 0 && pair.Key.Route == KeyRoute)
                .OrderBy(pair => pair.Key);
            Assert.Equal(
                new Dictionary<(string, string, string), long>
                {
                    [("DELETE", KeyRoute, "200")] = 4 * 10,
                    [("DELETE", KeyRoute, "204")] = 4 * 10,
                    [("GET", KeyRoute, "200")] = 4 * 20,
                    [("GET", KeyRoute, "204")] = 4 * 20,
                    [("GET", KeyRoute, "400")] = 4,
                    [("PUT", KeyRoute, "200")] = 4 * 20,
                }.OrderBy(pair => pair.Key),
                counted);
        }

        await EveryNodeAgreesAsync(cluster);
    }

    [Fact]
    public async Task A_member_that_is_gone_is_warned_of_by_the_others_and_the_warning_is_over_when_it_is_back()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        var gone = cluster.AllBut(await cluster.LeaderAsync())[0];
        var other = cluster.AllBut(gone)[0];
        Assert.DoesNotContain("member_down", await WarningsOfAsync(other), StringComparison.Ordinal);

        await gone.KillAsync();
        await Eventually.BecomesTrueAsync(
            async () => await WarningsOfAsync(other) is var text && text.Contains("\"member_down\"", StringComparison.Ordinal) && text.Contains("\"quorum_at_risk\"", StringComparison.Ordinal),
            "the node that is gone is warned of");
        var warning = (await other.Client.SendAsync(HttpMethod.Get, "/v1/warnings")).Json.GetProperty("warnings").EnumerateArray().First(one => one.GetProperty("code").GetString() == "member_down");
        Assert.Contains($"{gone.Name} at {gone.PeerAddress}", warning.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.True(DateTimeOffset.UtcNow - warning.GetProperty("since").GetDateTimeOffset() < TimeSpan.FromMinutes(2));
        Assert.NotEmpty(warning.GetProperty("hint").GetString()!);
        Assert.Equal(1, (await ScrapeAsync(other))["keva_warning_active"].Value(("code", "member_down")));
        await other.WaitForLogAsync("member_down: No connection to " + gone.Name);

        gone.Start();
        await other.WaitForLogAsync("member_down: over after", TimeSpan.FromSeconds(90));
        Assert.DoesNotContain("member_down", await WarningsOfAsync(other), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_traces_and_log_lines_are_sent_to_a_collector()
    {
        await using var collector = new OtlpReceiver();
        await using var cluster = await ClusterUnderTest.StartAsync(output, settings: [$"telemetry.otlp-endpoint={collector.Url}", "telemetry.trace-fraction=0"]);
        var leader = await cluster.LeaderAsync();
        var follower = cluster.AllBut(leader)[0];
        var traceOnLeader = await TracedWriteAsync(leader);
        var traceOnFollower = await TracedWriteAsync(follower);
        foreach (var node in cluster.Nodes)
        {
            Assert.Equal(0, (await node.StopAsync()).ExitCode);
        }

        // A node that stops sends what it has.
        Assert.True(collector.Has("/v1/metrics", Requests));
        Assert.True(collector.Has("/v1/metrics", "dotnet.process.cpu.time"));
        Assert.True(collector.Has("/v1/metrics", leader.Name));
        Assert.True(collector.Has("/v1/logs", "Users are served at"));
        foreach (var span in (string[])["PUT " + KeyRoute, "set", "journal", "replicate", "forward"])
        {
            Assert.True(collector.Has("/v1/traces", span), $"there is a span '{span}'");
        }

        // By the ids that the clients gave.
        Assert.True(collector.Has("/v1/traces", Convert.FromHexString(traceOnLeader)));
        Assert.True(collector.Has("/v1/traces", Convert.FromHexString(traceOnFollower)));
        Assert.False(collector.Has("/v1/traces", "a secret key"), "what users store is in no trace");
    }

    [Fact]
    public async Task A_collector_that_is_not_there_is_said_and_does_no_harm()
    {
        var nobody = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePorts.Next()}");
        await using var cluster = await ClusterUnderTest.StartAsync(output, size: 1, settings: [$"telemetry.otlp-endpoint={nobody}", "telemetry.trace-fraction=1"]);
        var node = cluster.Nodes[0];
        Assert.Equal(HttpStatusCode.OK, (await node.Client.SetAsync("key", "value")).Status);
        await node.WaitForLogAsync($"Telemetry cannot be sent to {nobody}");
        Assert.Equal(0, (await node.StopAsync()).ExitCode);
    }

    [Fact]
    public async Task Log_lines_are_JSON_on_request()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, size: 1, settings: ["logging.format=json"]);
        await cluster.Nodes[0].StopAsync();
        var lines = cluster.Nodes[0].Log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.True(lines.Length > 3);
        foreach (var line in lines)
        {
            using var json = JsonDocument.Parse(line);
            Assert.NotEmpty(json.RootElement.GetProperty("Message").GetString()!);
            Assert.NotEqual(0, json.RootElement.GetProperty("EventId").GetInt32());
        }
    }

    /// <summary>Whoever scrapes while requests come and go finds well-formed text, and counts that only grow.</summary>
    private static async Task ScrapeUntilAsync(NodeUnderTest node, CancellationToken end)
    {
        var last = new Dictionary<(string Method, string Route, string Code), long>();
        while (!end.IsCancellationRequested)
        {
            var now = RequestsOf(await ScrapeAsync(node));
            Assert.All(last, pair => Assert.True(now[pair.Key] >= pair.Value, $"{pair.Key} grows"));
            last = now;
        }
    }

    private static async Task LoadAsync(NodeUnderTest node, int client)
    {
        for (var i = 0; i < 20; i++)
        {
            var key = $"{node.Name}/{client}/{i}";
            Assert.Equal(HttpStatusCode.NoContent, (await node.Client.GetAsync(key)).Status);
            Assert.Equal(HttpStatusCode.OK, (await node.Client.SetAsync(key, "value")).Status);
            Assert.Equal(HttpStatusCode.OK, (await node.Client.GetAsync(key)).Status);
            if (i % 2 == 0)
            {
                Assert.Equal(HttpStatusCode.OK, (await node.Client.DeleteAsync(key)).Status);
                Assert.Equal(HttpStatusCode.NoContent, (await node.Client.DeleteAsync(key)).Status);
            }
        }

        Assert.Equal(HttpStatusCode.BadRequest, (await node.Client.GetAsync("key", "?consistency=whatever")).Status);
    }

    private static async Task EveryNodeAgreesAsync(ClusterUnderTest cluster)
    {
        var leader = await cluster.LeaderAsync();
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                var scrapes = await Task.WhenAll(cluster.Nodes.Select(ScrapeAsync));
                return scrapes.All(metrics => metrics["keva_store_keys"].Value().Equals(3 * 4 * 10))
                    && scrapes.Select(metrics => metrics["keva_server_proposals_applied_total"].Value()).Distinct().Count() == 1
                    && scrapes.Sum(metrics => metrics["keva_server_is_leader"].Value()).Equals(1);
            },
            "all nodes have applied the same");
        var own = await ScrapeAsync(leader);
        Assert.Equal(1, own["keva_server_is_leader"].Value());
        Assert.Equal(1, own["keva_server_failures_tolerated"].Value());
        Assert.Equal(2, own["keva_network_peer_connected"].Samples.Count);
        Assert.Equal(3, own["keva_gossip_members"].Value(("status", "alive")));
        Assert.All(own["keva_network_peer_sent_bytes_total"].Samples, peer => Assert.True(peer.Value > 10_000, "entries were sent"));
        Assert.True(own["keva_disk_journal_fsync_duration_seconds"].Count() >= 1);
        await Eventually.BecomesTrueAsync(
            async () => (await ScrapeAsync(leader)).GetValueOrDefault("keva_network_peer_round_trip_time_seconds")?.Samples.Select(sample => sample["peer"]).Distinct().Count() == 2,
            "gossip has measured the way to both others");
    }

    /// <summary>The trace id.</summary>
    private static async Task<string> TracedWriteAsync(NodeUnderTest node)
    {
        var trace = Guid.NewGuid().ToString("N");
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(node.Url + "/v1/storage/key/a%20secret%20key"))
        {
            Content = new StringContent("value"),
            Headers = { { "traceparent", $"00-{trace}-00f067aa0ba902b7-01" } },
        };
        using var answer = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return trace;
    }

    private static async Task<string> WarningsOfAsync(NodeUnderTest node) => (await node.Client.SendAsync(HttpMethod.Get, "/v1/warnings")).Text;

    private static async Task<IReadOnlyDictionary<string, ParsedMetric>> ScrapeAsync(NodeUnderTest node)
    {
        var answer = await node.Client.SendAsync(HttpMethod.Get, "/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Headers["Content-Type"]);
        return PrometheusParser.Parse(answer.Text);
    }

    private static Dictionary<(string Method, string Route, string Code), long> RequestsOf(IReadOnlyDictionary<string, ParsedMetric> metrics) =>
        metrics.TryGetValue(Requests, out var metric)
            ? metric.Samples.Where(sample => sample.Name == Requests + "_count").ToDictionary(sample => (sample["method"]!, sample["route"]!, sample["code"]!), sample => (long)sample.Value)
            : [];
}
