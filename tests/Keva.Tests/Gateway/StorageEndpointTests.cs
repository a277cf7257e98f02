using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Keva.Node.Gateway;

namespace Keva.Tests.Gateway;

public sealed class StorageEndpointTests
{
    private const string Hello = "/v1/storage/key/hello";

    [Theory]
    [InlineData("PUT")]
    [InlineData("POST")]
    public async Task A_value_is_set_read_and_deleted_with_its_revisions(string setMethod)
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var connection = await gateway.ConnectAsync();

        var set = await connection.SendAsync(setMethod, Hello, body: "world");
        Assert.Equal((200, """{"revision":1}""", "1"), (set.Status, set.Text, set.Headers["keva-revision"]));
        Assert.Equal(("application/json", "nosniff"), (set.Headers["content-type"], set.Headers["x-content-type-options"]));

        await connection.SendAsync("PUT", "/v1/storage/key/other", body: "x");
        var get = await connection.SendAsync("GET", Hello);
        Assert.Equal((200, "world", "\"1\"", "2"), (get.Status, get.Text, get.Headers["etag"], get.Headers["keva-revision"]));

        var delete = await connection.SendAsync("DELETE", Hello);
        Assert.Equal((200, """{"revision":3}""", "3"), (delete.Status, delete.Text, delete.Headers["keva-revision"]));

        var again = await connection.SendAsync("DELETE", Hello);
        Assert.Equal((204, "3"), (again.Status, again.Headers["keva-revision"]));
    }

    [Fact]
    public async Task A_value_is_served_so_that_no_browser_runs_it_as_a_page()
    {
        await using var gateway = await TestGateway.StartAsync();
        await gateway.SendAsync("PUT", Hello, "Content-Type: text/html\r\n", "<script>alert(1)</script>");

        var get = await gateway.SendAsync("GET", Hello);

        Assert.Equal("application/octet-stream", get.Headers["content-type"]);
        Assert.Equal("nosniff", get.Headers["x-content-type-options"]);
        Assert.Equal("no-cache", get.Headers["cache-control"]);
    }

    [Fact]
    public async Task A_missing_key_is_204_and_an_empty_value_is_200_of_length_zero()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var connection = await gateway.ConnectAsync();

        var missing = await connection.SendAsync("GET", Hello);
        Assert.Equal(204, missing.Status);
        Assert.False(missing.Headers.ContainsKey("etag"));
        Assert.Equal(("0", "linearizable"), (missing.Headers["keva-revision"], missing.Headers["keva-consistency"]));

        var set = await connection.SendAsync("PUT", Hello, "Content-Length: 0\r\n");
        Assert.Equal(200, set.Status);

        foreach (var method in new[] { "GET", "HEAD" })
        {
            var empty = await connection.SendAsync(method, Hello);
            Assert.Equal((200, "0", "\"1\""), (empty.Status, empty.Headers["content-length"], empty.Headers["etag"]));
        }
    }

    [Fact]
    public async Task HEAD_has_the_headers_of_GET_and_no_body()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var connection = await gateway.ConnectAsync();
        await connection.SendAsync("PUT", Hello, body: "world");

        var get = await connection.SendAsync("GET", Hello);
        var head = await connection.SendAsync("HEAD", Hello);
        var missing = await connection.SendAsync("HEAD", "/v1/storage/key/none");
        var getAgain = await connection.SendAsync("GET", Hello); // would misread a body that HEAD left behind

        Assert.Equal("5", head.Headers["content-length"]);
        Assert.Equal(
            get.Headers.Where(header => header.Key != "Date").OrderBy(header => header.Key, StringComparer.Ordinal),
            head.Headers.Where(header => header.Key != "Date").OrderBy(header => header.Key, StringComparer.Ordinal));
        Assert.Equal(204, missing.Status);
        Assert.Equal("world", getAgain.Text);
    }

    [Theory]
    [InlineData("", ReadConsistency.Linearizable, "linearizable")]
    [InlineData("?", ReadConsistency.Linearizable, "linearizable")]
    [InlineData("?consistency=linearizable", ReadConsistency.Linearizable, "linearizable")]
    [InlineData("?consistency=lease", ReadConsistency.Lease, "lease")]
    [InlineData("?&consistency=stale&", ReadConsistency.Stale, "stale")]
    public async Task A_read_is_as_fresh_as_asked_and_says_what_was_served(string query, ReadConsistency asked, string served)
    {
        await using var gateway = await TestGateway.StartAsync();
        await gateway.SendAsync("PUT", Hello, body: "world");

        var get = await gateway.SendAsync("GET", Hello + query);

        Assert.Equal((200, asked, served), (get.Status, gateway.Service.LastConsistency, get.Headers["keva-consistency"]));
        Assert.Equal(asked == ReadConsistency.Stale, get.Headers.ContainsKey("keva-age"));
    }

    [Fact]
    public async Task A_stale_read_says_how_old_it_is_and_is_served_without_a_leader()
    {
        await using var gateway = await TestGateway.StartAsync();
        await gateway.SendAsync("PUT", Hello, body: "world");
        gateway.Service.View = Views.Leaderless;

        var heard = await gateway.SendAsync("GET", Hello + "?consistency=stale");
        gateway.Service.Age = null;
        var neverHeard = await gateway.SendAsync("GET", Hello + "?consistency=stale");

        Assert.Equal(("1.250", "unknown"), (heard.Headers["keva-age"], neverHeard.Headers["keva-age"]));
        Assert.Equal("host1", heard.Headers["keva-node"]);
        Assert.False(heard.Headers.ContainsKey("keva-leader"));
    }

    [Theory]
    [InlineData("GET", "?consistency=eventual", "'eventual'")]
    [InlineData("GET", "?consistency", "''")]
    [InlineData("GET", "?consistency=Stale", "'Stale'")]
    [InlineData("GET", "?consistncy=stale", "'consistncy'")]
    [InlineData("GET", "?consistency=stale&consistency=lease", "twice")]
    [InlineData("GET", "?revision=4&consistency=stale", "'revision'")]
    [InlineData("GET", "?=", "''")]
    [InlineData("PUT", "?consistency=lease", "'consistency'")]
    [InlineData("PUT", "?&ttl=4", "'ttl'")]
    [InlineData("DELETE", "?ttl&x", "'ttl'")]
    public async Task A_parameter_that_is_not_known_is_refused_by_name(string method, string query, string name)
    {
        await using var gateway = await TestGateway.StartAsync();

        var response = await gateway.SendAsync(method, Hello + query);

        Assert.Equal((400, "bad_request"), (response.Status, response.Error.Code));
        Assert.Contains(name, response.Error.Sentence, StringComparison.Ordinal);
        Assert.Equal(0, gateway.Service.Calls);
    }

    [Theory]
    [InlineData("PATCH")]
    [InlineData("OPTIONS")]
    [InlineData("TRACE")]
    [InlineData("get")]
    [InlineData("head")]
    [InlineData("BREW")]
    public async Task A_method_that_a_key_does_not_know_is_405_with_those_it_knows(string method)
    {
        await using var gateway = await TestGateway.StartAsync();

        var response = await gateway.SendAsync(method, Hello, body: "x");

        Assert.Equal((405, "method_not_allowed"), (response.Status, response.Error.Code));
        Assert.Equal("GET, HEAD, PUT, POST, DELETE", response.Headers["allow"]);
    }

    [Theory]
    [InlineData("\"1\"", 304)]
    [InlineData("W/\"1\"", 304)]
    [InlineData("\"0\", \"1\"", 304)]
    [InlineData("*", 304)]
    [InlineData("\"11\"", 200)]
    [InlineData("1", 200)]
    public async Task A_client_that_has_the_value_is_told_so(string ifNoneMatch, int status)
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var connection = await gateway.ConnectAsync();
        await connection.SendAsync("PUT", Hello, body: "world");

        var get = await connection.SendAsync("GET", Hello, $"If-None-Match: {ifNoneMatch}\r\n");
        var missing = await connection.SendAsync("GET", "/v1/storage/key/none", $"If-None-Match: {ifNoneMatch}\r\n");

        Assert.Equal((status, "\"1\""), (get.Status, get.Headers["etag"]));
        Assert.Equal(status == 304 ? "" : "world", get.Text);
        Assert.Equal(204, missing.Status);
    }

    [Theory]
    [InlineData("If-Match: \"1\"", 400)]
    [InlineData("If-None-Match: *", 400)]
    [InlineData("If-Unmodified-Since: Sat, 01 Jan 2000 00:00:00 GMT", 400)]
    [InlineData("Content-Range: bytes 0-1/4", 400)]
    [InlineData("Content-Encoding: gzip", 415)]
    public async Task A_write_with_a_header_that_would_change_its_meaning_is_refused_and_not_done_without_it(string header, int status)
    {
        await using var gateway = await TestGateway.StartAsync();

        foreach (var method in new[] { "PUT", "POST", "DELETE" })
        {
            var response = await gateway.SendAsync(method, Hello, header + "\r\n", "v");
            Assert.Equal(status, response.Status);
            Assert.NotEmpty(response.Error.Sentence);
        }

        Assert.Equal(0, gateway.Service.Calls);
    }

    [Fact]
    public async Task A_follower_forwards_a_write_unless_forwarding_is_switched_off()
    {
        await using var forwarding = await TestGateway.StartAsync();
        await using var refusing = await TestGateway.StartAsync(options => options with { ForwardWrites = false });
        foreach (var gateway in new[] { forwarding, refusing })
        {
            gateway.Service.IsFollower = true;
            gateway.Service.View = Views.Leading("host2");
        }

        Assert.Equal(200, (await forwarding.SendAsync("PUT", Hello, body: "v")).Status);
        Assert.Equal(200, (await forwarding.SendAsync("DELETE", Hello)).Status);
        foreach (var method in new[] { "PUT", "DELETE" })
        {
            var refused = await refusing.SendAsync(method, Hello);
            Assert.Equal((421, "not_leader"), (refused.Status, refused.Error.Code));
            Assert.Contains("\"leader\":\"http://127.0.0.1:3801\"", refused.Text, StringComparison.Ordinal);
            Assert.False(refused.Headers.ContainsKey("location"));
        }
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var connection = await gateway.ConnectAsync();
        var requests = new StringBuilder();
        for (var i = 0; i < 50; i++)
        {
            requests.Append(CultureInfo.InvariantCulture, $"PUT /v1/storage/key/k{i} HTTP/1.1\r\nHost: a\r\nContent-Length: {$"v{i}".Length}\r\n\r\nv{i}");
            requests.Append(CultureInfo.InvariantCulture, $"GET /v1/storage/key/k{i} HTTP/1.1\r\nHost: a\r\n\r\n");
        }

        await connection.WriteAsync(requests.ToString());

        for (var i = 0; i < 50; i++)
        {
            Assert.Equal($$"""{"revision":{{i + 1}}}""", (await connection.ReadResponseAsync()).Text);
            Assert.Equal($"v{i}", (await connection.ReadResponseAsync()).Text);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(1_048_576)]
    public async Task A_random_value_comes_back_byte_for_byte(int length)
    {
        await using var gateway = await TestGateway.StartAsync();
        var value = new byte[length];
        new Random(length).NextBytes(value);

        using var put = await gateway.Client.PutAsync(Hello, new ByteArrayContent(value));
        var got = await gateway.Client.GetByteArrayAsync(Hello);

        Assert.True(put.IsSuccessStatusCode);
        Assert.Equal(SHA256.HashData(value), SHA256.HashData(got));
    }

    [Fact]
    public async Task A_client_of_HTTP_1_0_is_served()
    {
        await using var gateway = await TestGateway.StartAsync();
        await gateway.SendAsync("PUT", Hello, body: "world");
        await using var connection = await gateway.ConnectAsync();

        await connection.WriteAsync($"GET {Hello} HTTP/1.0\r\n\r\n");

        var answer = await connection.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nworld", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Origin: http://evil.example", 403)]
    [InlineData("Origin: null", 403)]
    [InlineData("Origin: http://localhost\r\nSec-Fetch-Site: cross-site", 403)]
    [InlineData("Origin: http://localhost", 200)]
    [InlineData("Origin: https://kv.example\r\nSec-Fetch-Site: same-origin", 200)]
    [InlineData("Sec-Fetch-Site: none", 200)]
    public async Task A_page_of_another_site_cannot_write_through_a_browser(string headers, int status)
    {
        await using var gateway = await TestGateway.StartAsync();
        foreach (var (method, target, body) in new[] { ("PUT", Hello, "v"), ("POST", "/", """{"cmd":"set","key":"a","val":"v"}"""), ("DELETE", Hello, "") })
        {
            var response = await gateway.SendAsync(method, target, headers + "\r\n", body);

            Assert.Equal(status, response.Status);
            Assert.Equal(status == 403, response.Text.Contains("cross_origin", StringComparison.Ordinal));
        }

        var get = await gateway.SendAsync("GET", Hello, headers + "\r\n");
        Assert.Equal(204, get.Status);
    }
}
