using System.Net;
using System.Text;
using System.Text.Json;
using Keva.Node.Gateway;

namespace Keva.Tests.Gateway;

public sealed class CommandEndpointTests
{
    [Fact]
    public async Task A_value_is_set_read_and_removed()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var connection = await gateway.ConnectAsync();
        foreach (var delete in new[] { "delete", "del" })
        {
            var set = await SendAsync(connection, """{"cmd":"set","key":"a/b","val":"wörld"}""");
            Assert.Equal((200, """{"val":"wörld"}"""), (set.Status, set.Text));
            Assert.Equal("wörld"u8.ToArray(), gateway.Service["a/b"]);
            Assert.Equal("no-cache", (await SendAsync(connection, """{"cmd":"get","key":"a/b"}""")).Headers["cache-control"]);

            var get = await SendAsync(connection, """ { "key" : "a\u002Fb" , "cmd" : "g\u0065t" } """);
            Assert.Equal((200, """{"val":"wörld"}"""), (get.Status, get.Text));
            Assert.Equal(set.Headers["keva-revision"], get.Headers["keva-revision"]);
            Assert.Equal("linearizable", get.Headers["keva-consistency"]);

            var removed = await SendAsync(connection, $$"""{"cmd":"{{delete}}","key":"a/b"}""");
            Assert.Equal((200, """{"val":"wörld"}"""), (removed.Status, removed.Text));

            foreach (var cmd in new[] { "get", delete })
            {
                var missing = await SendAsync(connection, $$"""{"cmd":"{{cmd}}","key":"a/b"}""");
                Assert.Equal((404, "not_found"), (missing.Status, missing.Error.Code));
            }
        }
    }

    [Fact]
    public async Task A_value_that_is_not_UTF8_travels_as_base64()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var connection = await gateway.ConnectAsync();
        foreach (var (cmd, val) in new[] { ("set", ",\"val64\":\"/wD+\""), ("get", ""), ("delete", "") })
        {
            var response = await SendAsync(connection, $$"""{"cmd":"{{cmd}}","key":"k"{{val}}}""");
            Assert.Equal((200, """{"val64":"/wD+"}"""), (response.Status, response.Text));
        }

        var text = await SendAsync(connection, """{"cmd":"set","key":"k","val64":"aGVsbG8="}""");
        Assert.Equal("""{"val":"hello"}""", text.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\\u0000\\n\\\"\\\\")]
    [InlineData("<script>&'+")]
    [InlineData("\\ud83d\\udd11")]
    public async Task Any_text_is_a_value(string escaped)
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var connection = await gateway.ConnectAsync();
        var value = JsonDocument.Parse($"\"{escaped}\"").RootElement.GetString();

        var set = await SendAsync(connection, $$"""{"cmd":"set","key":"k","val":"{{escaped}}"}""");
        var get = await SendAsync(connection, """{"cmd":"get","key":"k"}""");

        Assert.Equal(Encoding.UTF8.GetBytes(value!), gateway.Service["k"]);
        Assert.Equal(value, JsonDocument.Parse(set.Text).RootElement.GetProperty("val").GetString());
        Assert.Equal(value, JsonDocument.Parse(get.Text).RootElement.GetProperty("val").GetString());
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("   ", "line 1")]
    [InlineData("{", "line 1")]
    [InlineData("{\n\"cmd\":\"get\",\n\"key\":}", "line 3")]
    [InlineData("""{"cmd":"get","key":"k"}x""", "line 1")]
    [InlineData("""{"cmd":"get","key":"k"}{"cmd":"get","key":"k"}""", "line 1")]
    [InlineData("""{"cmd":"get","key":"k",}""", "line 1")]
    [InlineData("""{"cmd":"get",/* */"key":"k"}""", "line 1")]
    [InlineData("""{'cmd':'get','key':'k'}""", "line 1")]
    [InlineData("[]", "object")]
    [InlineData("null", "object")]
    [InlineData("\"get\"", "object")]
    [InlineData("{}", "'cmd' is missing")]
    [InlineData("""{"key":"k"}""", "'cmd' is missing")]
    [InlineData("""{"cmd":"get"}""", "'key' is missing")]
    [InlineData("""{"cmd":"get","key":""}""", "key is empty")]
    [InlineData("""{"cmd":"incr","key":"k"}""", "'incr'")]
    [InlineData("""{"cmd":"GET","key":"k"}""", "'GET'")]
    [InlineData("""{"cmd":"get","key":1}""", "'key' must be a string")]
    [InlineData("""{"cmd":null,"key":"k"}""", "'cmd' must be a string")]
    [InlineData("""{"cmd":"set","key":"k","val":1}""", "'val' must be a string")]
    [InlineData("""{"cmd":"set","key":"k","val":{"a":1}}""", "'val' must be a string")]
    [InlineData("""{"cmd":"set","key":"k","val":null}""", "'val' must be a string")]
    [InlineData("""{"cmd":"set","key":"k"}""", "'val'")]
    [InlineData("""{"cmd":"set","key":"k","val":"a","val64":"YQ=="}""", "not both")]
    [InlineData("""{"cmd":"get","key":"k","val":"a"}""", "takes no value")]
    [InlineData("""{"cmd":"delete","key":"k","val64":"YQ=="}""", "takes no value")]
    [InlineData("""{"cmd":"set","key":"k","val64":"not base64"}""", "'val64' is not base64")]
    [InlineData("""{"cmd":"set","key":"k","val64":"YQ"}""", "'val64' is not base64")]
    [InlineData("""{"cmd":"get","key":"k","ttl":4}""", "'ttl'")]
    [InlineData("""{"cmd":"get","Key":"k"}""", "'Key'")]
    [InlineData("""{"cmd":"get","cmd":"get","key":"k"}""", "'cmd' is given twice")]
    [InlineData("""{"cmd":"get","key":"k","k\u0065y":"k"}""", "'key' is given twice")]
    [InlineData("""{"cmd":"set","key":"k","val":"","val":""}""", "'val' is given twice")]
    [InlineData("""{"cmd":"get","key":"\ud800"}""", "'key' has an escape")]
    [InlineData("""{"cmd":"set","key":"k","val":"\udc00\ud800"}""", "'val' has an escape")]
    [InlineData("""{"\ud800":"get","key":"k"}""", "property name")]
    [InlineData("""{"cmd":"get","key":"\x41"}""", "line 1")]
    [InlineData("""{"cmd":"get","key":"k","deep":[[[[[[""", "'deep'")]
    public async Task What_is_no_command_is_refused_with_a_sentence_that_says_what_is_wrong(string json, string reason)
    {
        await using var gateway = await TestGateway.StartAsync();

        var response = await gateway.SendAsync("POST", "/", body: json);

        Assert.Equal((400, "bad_request"), (response.Status, response.Error.Code));
        Assert.Contains(reason, response.Error.Sentence, StringComparison.Ordinal);
        Assert.Equal(0, gateway.Service.Calls);
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF8_are_no_JSON()
    {
        await using var gateway = await TestGateway.StartAsync();
        foreach (var bad in new byte[][] { [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82] })
        {
            byte[] json = [.. """{"cmd":"get","key":"a"""u8, .. bad, .. "\"}"u8];
            using var response = await gateway.Client.PostAsync("/", new ByteArrayContent(json));

            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Contains("UTF-8", (await response.ReadErrorAsync()).Sentence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Nesting_a_million_deep_is_refused_like_any_other_wrong_type()
    {
        await using var gateway = await TestGateway.StartAsync();
        foreach (var start in new[] { "", """{"cmd":"set","key":"k","val":""", """{"x":""" })
        {
            var response = await gateway.SendAsync("POST", "/", body: start + new string('[', 1_000_000));

            Assert.Equal((400, "bad_request"), (response.Status, response.Error.Code));
        }
    }

    [Theory]
    [InlineData(null, 200)]
    [InlineData("application/json", 200)]
    [InlineData("Application/JSON; charset=utf-8", 200)]
    [InlineData("application/x-www-form-urlencoded", 200)]
    [InlineData("text/plain", 415)]
    [InlineData("multipart/form-data; boundary=x", 415)]
    [InlineData("application/jsonp", 415)]
    public async Task The_body_must_be_JSON_or_what_curl_calls_it(string? contentType, int status)
    {
        await using var gateway = await TestGateway.StartAsync();
        var header = contentType is null ? "" : $"Content-Type: {contentType}\r\n";

        var response = await gateway.SendAsync("POST", "/", header, """{"cmd":"set","key":"k","val":"v"}""");

        Assert.Equal(status, response.Status);
        Assert.Equal(status == 415, response.Text.Contains("unsupported_media_type", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task The_root_knows_no_other_methods(string method)
    {
        await using var gateway = await TestGateway.StartAsync();

        var response = await gateway.SendAsync(method, "/", body: """{"cmd":"get","key":"k"}""");

        Assert.Equal((405, "GET, HEAD, POST"), (response.Status, response.Headers["allow"]));
    }

    [Fact]
    public async Task Limits_hold_for_what_the_JSON_says_and_not_for_how_long_it_is()
    {
        await using var gateway = await TestGateway.StartAsync(options => options with { MaxValueBytes = 100, MaxKeyBytes = 10 });
        var escaped = string.Concat(Enumerable.Repeat("\\u0041", 100));
        var base64 = Convert.ToBase64String(new byte[101]);

        Assert.Equal(200, (await gateway.SendAsync("POST", "/", body: $$"""{"cmd":"set","key":"k","val":"{{escaped}}"}""")).Status);
        foreach (var value in new[] { $"\"val\":\"{escaped}x\"", $"\"val64\":\"{base64}\"", $"\"val\":\"{new string('x', 100_000)}\"" })
        {
            var response = await gateway.SendAsync("POST", "/", body: $$"""{"cmd":"set","key":"k",{{value}}}""");
            Assert.Equal((413, "value_too_large"), (response.Status, response.Error.Code));
            Assert.Equal(100, JsonDocument.Parse(response.Text).RootElement.GetProperty("limit").GetInt64());
        }

        var longKey = await gateway.SendAsync("POST", "/", body: """{"cmd":"get","key":"12345678901"}""");
        Assert.Equal((413, "key_too_large"), (longKey.Status, longKey.Error.Code));
        Assert.Equal(10, JsonDocument.Parse(longKey.Text).RootElement.GetProperty("limit").GetInt64());
    }

    [Fact]
    public async Task The_longest_value_fits_even_if_every_byte_of_it_is_escaped()
    {
        await using var gateway = await TestGateway.StartAsync();
        var json = $$"""{"cmd":"set","key":"k","val":"{{string.Concat(Enumerable.Repeat("\\u0001", 1_048_576))}}"}""";

        using var response = await gateway.Client.PostAsync("/", new ByteArrayContent(Encoding.ASCII.GetBytes(json)));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1_048_576, gateway.Service["k"]!.Length);
    }

    [Fact]
    public async Task A_get_may_ask_for_less_than_linearizable_and_a_write_may_not()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Service.IsFollower = true;

        var get = await gateway.SendAsync("POST", "/?consistency=stale", body: """{"cmd":"get","key":"k"}""");
        var set = await gateway.SendAsync("POST", "/?consistency=stale", body: """{"cmd":"set","key":"k","val":"v"}""");
        var unknown = await gateway.SendAsync("POST", "/?pretty", body: """{"cmd":"get","key":"k"}""");

        Assert.Equal((404, ReadConsistency.Stale, "1.250"), (get.Status, gateway.Service.LastConsistency, get.Headers["keva-age"]));
        Assert.Equal((400, 400), (set.Status, unknown.Status));
        Assert.Contains("'pretty'", unknown.Error.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_on_a_follower_points_to_the_leader_by_its_own_record_and_not_by_the_Host_header()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Service.IsFollower = true;
        gateway.Service.View = Views.Leading("host2", "[::1]:3801");
        await using var connection = await gateway.ConnectAsync();
        const string Body = """{"cmd":"set","key":"k","val":"v"}""";

        foreach (var (target, location) in new[] { ("/", "http://[::1]:3801/"), ("/?", "http://[::1]:3801/?"), ("http://evil.example?", "http://[::1]:3801/?") })
        {
            await connection.WriteAsync($"POST {target} HTTP/1.1\r\nHost: evil.example\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");
            var response = await connection.ReadResponseAsync();

            Assert.Equal((307, "not_leader"), (response.Status, response.Error.Code));
            Assert.Equal(location, response.Headers["location"]);
            Assert.Equal("http://[::1]:3801", JsonDocument.Parse(response.Text).RootElement.GetProperty("leader").GetString());
        }
    }

    [Fact]
    public async Task Without_a_leader_there_is_nowhere_to_point_to()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Service.IsFollower = true;
        gateway.Service.View = Views.Leaderless;

        var response = await gateway.SendAsync("POST", "/", body: """{"cmd":"delete","key":"k"}""");

        Assert.Equal((503, "no_leader"), (response.Status, response.Error.Code));
        Assert.True(response.Headers.ContainsKey("retry-after"));
    }

    [Fact]
    public async Task A_client_that_follows_redirects_writes_through_a_follower_with_method_and_body_kept()
    {
        await using var leader = await TestGateway.StartAsync();
        await using var follower = await TestGateway.StartAsync();
        follower.Service.IsFollower = true;
        follower.Service.View = Views.Leading("host2", $"127.0.0.1:{leader.Port}");
        using var client = new HttpClient { BaseAddress = follower.Client.BaseAddress };

        using var set = await client.PostAsync("/", new StringContent("""{"cmd":"set","key":"k","val":"v"}"""));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, set.StatusCode); // text/plain, the client's default
        using var setJson = await client.PostAsync("/", new StringContent("""{"cmd":"set","key":"k","val":"v"}""", Encoding.UTF8, "application/json"));
        var answer = await setJson.Content.ReadAsStringAsync();

        Assert.Equal((HttpStatusCode.OK, """{"val":"v"}"""), (setJson.StatusCode, answer));
        Assert.Equal("v"u8.ToArray(), leader.Service["k"]);
        Assert.Null(follower.Service["k"]);
    }

    [Fact]
    public async Task A_get_is_served_by_a_follower()
    {
        await using var gateway = await TestGateway.StartAsync();
        await gateway.SendAsync("POST", "/", body: """{"cmd":"set","key":"k","val":"v"}""");
        gateway.Service.IsFollower = true;

        var get = await gateway.SendAsync("POST", "/", body: """{"cmd":"get","key":"k"}""");

        Assert.Equal((200, """{"val":"v"}"""), (get.Status, get.Text));
    }

    private static Task<RawResponse> SendAsync(RawHttpConnection connection, string json) => connection.SendAsync("POST", "/", body: json);
}
