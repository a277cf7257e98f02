using Keva.Node.Gateway.Http.Gossip;
using Keva.Node.Gossip;

namespace Keva.Tests.Gateway;

public sealed class GossipRoutesTests : IAsyncLifetime
{
    private readonly ScriptedGossipService gossip = new();
    private TestGateway gateway = null!;

    public async Task InitializeAsync() => gateway = await TestGateway.StartAsync(moreRoutes: GossipRoutes.Of(gossip));

    public async Task DisposeAsync() => await gateway.DisposeAsync();

    [Theory]
    [InlineData("", "agent host1 host2")]
    [InlineData("?status=alive", "host1 host2")]
    [InlineData("?status=aliv", "")]
    [InlineData("?status=fail%7Calive", "host1 host2")]
    [InlineData("?status=failed%7Calive", "agent host1 host2")]
    [InlineData("?name=host.", "host1 host2")]
    [InlineData("?name=host.&name=.*2", "host2")]
    [InlineData("?tag=role=web", "agent")]
    [InlineData("?tag=role%3Dk.*&status=alive", "host1 host2")]
    [InlineData("?tag=zone=", "agent host1 host2")]
    [InlineData("?tag=zone=.%2B", "")]
    public async Task Members_are_those_whose_whole_texts_match(string query, string expected)
    {
        var answer = await gateway.SendAsync("GET", "/v1/members" + query);

        Assert.Equal(200, answer.Status);
        using var json = System.Text.Json.JsonDocument.Parse(answer.Body);
        Assert.Equal(expected, string.Join(' ', json.RootElement.GetProperty("members").EnumerateArray().Select(member => member.GetProperty("name").GetString())));
    }

    [Theory]
    [InlineData("?name=(")]
    [InlineData("?name=)%7C(")]
    [InlineData("?name=(?=a)")]
    [InlineData("?name=(a%7B100%7D)%7B100%7D")]
    [InlineData("?tag=role")]
    [InlineData("?tag==x")]
    [InlineData("?nane=x")]
    public async Task A_filter_that_cannot_be_used_is_refused(string query)
    {
        var answer = await gateway.SendAsync("GET", "/v1/members" + query);

        Assert.Equal((400, "bad_request"), (answer.Status, answer.Error.Code));
        Assert.Empty(gossip.Calls);
    }

    [Fact]
    public async Task A_long_expression_is_refused()
    {
        Assert.Equal(400, (await gateway.SendAsync("GET", "/v1/members?name=" + new string('a', 513))).Status);
        Assert.Equal(200, (await gateway.SendAsync("GET", "/v1/members?name=" + new string('a', 512))).Status);
    }

    [Fact]
    public async Task An_event_is_sent_with_its_bytes()
    {
        Assert.Equal(204, (await gateway.SendAsync("POST", "/v1/event", body: """{"name":"a b","payload":"é","coalesce":true}""")).Status);
        Assert.Equal("é"u8.ToArray(), gossip.LastPayload);
        Assert.Equal(204, (await gateway.SendAsync("POST", "/v1/event", body: """{"name":"c","payload64":"/wD+"}""")).Status);
        Assert.Equal([0xff, 0, 0xfe], gossip.LastPayload!);
        Assert.Equal(["event a b True", "event c False"], gossip.Calls);
    }

    [Theory]
    [InlineData("/v1/event", "{}", "'name'")]
    [InlineData("/v1/event", """{"name":"a","payload":"a","payload64":""}""", "both")]
    [InlineData("/v1/event", """{"name":"a","payload64":"*"}""", "base 64")]
    [InlineData("/v1/event", """{"name":"a","name":"b"}""", "once")]
    [InlineData("/v1/event", """{"name":"a","coalesce":1}""", "'coalesce'")]
    [InlineData("/v1/event", """{"name":"a","pyload":""}""", "'pyload'")]
    [InlineData("/v1/event", """{"name":"\ud800"}""", "'name'")]
    [InlineData("/v1/event", "[]", "object")]
    [InlineData("/v1/event", "", "JSON")]
    [InlineData("/v1/event", "{} {}", "JSON")]
    [InlineData("/v1/query", """{"name":"a","timeout_ms":0}""", "'timeout_ms'")]
    [InlineData("/v1/query", """{"name":"a","timeout_ms":3600001}""", "'timeout_ms'")]
    [InlineData("/v1/query", """{"name":"a","relay":256}""", "'relay'")]
    [InlineData("/v1/query", """{"name":"a","nodes":"b"}""", "'nodes'")]
    [InlineData("/v1/query", """{"name":"a","nodes":[1]}""", "'nodes'")]
    [InlineData("/v1/query", """{"name":"a","tags":["b"]}""", "'tags'")]
    [InlineData("/v1/query", """{"name":"a","tags":{"b":"("}}""", "regular")]
    [InlineData("/v1/keys", """{"operation":"install"}""", "'key'")]
    [InlineData("/v1/keys", """{"operation":"install","key":"AAAA"}""", "16, 24 or 32")]
    [InlineData("/v1/keys", """{"operation":"list","key":"AAECAwQFBgcICQoLDA0ODw=="}""", "'key'")]
    [InlineData("/v1/keys", """{"operation":"show"}""", "install")]
    [InlineData("/v1/members/force-leave", """{"prune":true}""", "'name'")]
    [InlineData("/v1/cluster/join", "{}", "'address'")]
    [InlineData("/v1/cluster/join", """{"address":"http://127.0.0.1:3700"}""", "'address'")]
    [InlineData("/v1/cluster/join", """{"address":"127.0.0.1:3700","force":true}""", "'force'")]
    public async Task A_body_that_is_not_as_it_should_be_is_refused_by_name_and_does_nothing(string path, string body, string named)
    {
        var answer = await gateway.SendAsync("POST", path, body: body);

        Assert.Equal((400, "bad_request"), (answer.Status, answer.Error.Code));
        Assert.Contains(named, answer.Error.Sentence, StringComparison.Ordinal);
        Assert.Empty(gossip.Calls);
    }

    [Fact]
    public async Task A_long_body_and_one_that_is_not_json_are_refused()
    {
        var large = await gateway.SendAsync("POST", "/v1/event", body: "{\"name\":\"" + new string('a', 70_000) + "\"}");
        Assert.Equal((413, "value_too_large"), (large.Status, large.Error.Code));
        Assert.Equal(415, (await gateway.SendAsync("POST", "/v1/event", "Content-Type: text/plain\r\n", "{}")).Status);
        Assert.Equal(403, (await gateway.SendAsync("POST", "/v1/event", "Origin: http://evil.example\r\n", """{"name":"a"}""")).Status);
        Assert.Empty(gossip.Calls);
    }

    [Fact]
    public async Task A_query_is_asked_as_it_was_put_and_answered_line_by_line()
    {
        gossip.Progress.Insert(1, new QueryAnswer("host2", new byte[] { 0xff }));
        using var body = new StringContent(
            """{"name":"q","payload":"p","nodes":["host1","host2"],"tags":{"role":"^k"},"timeout_ms":1500,"relay":2,"no_ack":true}""");
        body.Headers.ContentType = null;

        using var answer = await gateway.Client.PostAsync("/v1/query", body);

        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(
            ["""{"type":"ack","from":"host1"}""", """{"type":"response","from":"host2","payload64":"/w=="}""", """{"type":"response","from":"host1","payload":"3 days"}""", """{"type":"done","acks":1,"responses":1}""", ""],
            (await answer.Content.ReadAsStringAsync()).Split('\n'));
        var asked = gossip.LastParameters!;
        Assert.Equal(["host1", "host2"], asked.Nodes);
        Assert.Equal("^k", Assert.Single(asked.Tags).Value);
        Assert.Equal((TimeSpan.FromMilliseconds(1500), (byte)2, false), (asked.Timeout, asked.RelayFactor, asked.WantsAcknowledgements));
        Assert.Equal("p"u8.ToArray(), gossip.LastPayload);
    }

    [Fact]
    public async Task Forcing_out_a_member_that_nobody_knows_is_not_found()
    {
        Assert.Equal(204, (await gateway.SendAsync("POST", "/v1/members/force-leave", body: """{"name":"agent","prune":true}""")).Status);
        var unknown = await gateway.SendAsync("POST", "/v1/members/force-leave", body: """{"name":"nobody"}""");
        Assert.Equal((404, "not_found"), (unknown.Status, unknown.Error.Code));
        Assert.Equal(["force-leave agent True", "force-leave nobody False"], gossip.Calls);
    }

    [Fact]
    public async Task Joining_an_address_tells_whether_somebody_answered_there()
    {
        var joined = await gateway.SendAsync("POST", "/v1/cluster/join", body: """{"address":"127.0.0.1:3700"}""");
        Assert.Equal((200, """{"contacted":1}"""), (joined.Status, joined.Text));
        var silent = await gateway.SendAsync("POST", "/v1/cluster/join", body: """{"address":"127.0.0.1:9"}""");
        Assert.Equal(
            (503, "gossip_unavailable", "'127.0.0.1:9' was not joined: Connection refused."),
            (silent.Status, silent.Error.Code, silent.Error.Sentence));
        Assert.Equal(["join 127.0.0.1:3700", "join 127.0.0.1:9"], gossip.Calls);
    }

    [Fact]
    public async Task A_round_trip_is_to_this_node_unless_another_is_named()
    {
        Assert.Equal("""{"from":"host2","to":"host1","rtt_ms":0.56}""", (await gateway.SendAsync("GET", "/v1/rtt?from=host2")).Text);
        var unknown = await gateway.SendAsync("GET", "/v1/rtt?from=host2&to=agent");
        Assert.Equal((404, "Could not find a coordinate for node \"agent\"."), (unknown.Status, unknown.Error.Sentence));
        Assert.Equal(400, (await gateway.SendAsync("GET", "/v1/rtt?to=host2")).Status);
    }

    [Fact]
    public async Task What_the_gossip_refuses_is_a_bad_request_or_one_for_another_time()
    {
        gossip.Refusal = new GossipException("too long") { IsBadRequest = true };
        var bad = await gateway.SendAsync("POST", "/v1/event", body: """{"name":"a"}""");
        Assert.Equal((400, "bad_request", "Too long."), (bad.Status, bad.Error.Code, bad.Error.Sentence));

        gossip.Refusal = new GossipException("this node has left the gossip");
        foreach (var (method, path, body) in new[] { ("GET", "/v1/members", ""), ("GET", "/v1/monitor", ""), ("POST", "/v1/query", """{"name":"a"}"""), ("GET", "/v1/info", "") })
        {
            var later = await gateway.SendAsync(method, path, body: body);
            Assert.Equal((503, "gossip_unavailable", "1"), (later.Status, later.Error.Code, later.Headers["retry-after"]));
        }

        Assert.Empty(gateway.Log.Lines);
    }

    [Fact]
    public async Task A_monitor_ends_when_its_client_goes()
    {
        gossip.EndsNews = false;
        using (var answer = await gateway.Client.GetAsync("/v1/monitor", HttpCompletionOption.ResponseHeadersRead))
        using (var reader = new StreamReader(await answer.Content.ReadAsStreamAsync()))
        {
            Assert.Equal("""{"event":"watching"}""", await reader.ReadLineAsync());
            Assert.StartsWith("""{"event":"member-failed","member":{"name":"agent",""", await reader.ReadLineAsync(), StringComparison.Ordinal);
            Assert.False(gossip.WatcherGone.Task.IsCompleted);
        }

        await gossip.WatcherGone.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(200, (await gateway.SendAsync("GET", "/v1/members")).Status);
        Assert.Empty(gateway.Log.Lines);
    }

    [Fact]
    public async Task A_list_of_keys_is_kept_by_no_cache_and_never_logged()
    {
        var list = await gateway.SendAsync("POST", "/v1/keys", body: """{"operation":"list"}""");

        Assert.Equal((200, "no-store"), (list.Status, list.Headers["cache-control"]));
        Assert.Contains(Convert.ToBase64String(ScriptedGossipService.Key), list.Text, StringComparison.Ordinal);
        Assert.Empty(gateway.Log.Lines);
    }
}
