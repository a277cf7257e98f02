using System.Text;
using System.Text.Json;
using Keva.Node.Gateway;

namespace Keva.Tests.Gateway;

public sealed class RequestBodyTests
{
    private const string Hello = "/v1/storage/key/hello";

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(10_000, 1)]
    [InlineData(100_000, 777)]
    [InlineData(1_048_576, 65_536)]
    public async Task A_chunked_value_arrives_whole(int length, int chunkLength)
    {
        await using var gateway = await TestGateway.StartAsync();
        var value = new byte[length];
        new Random(length).NextBytes(value);
        await using var connection = await gateway.ConnectAsync();

        await connection.WriteAsync($"PUT {Hello} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        using var chunks = new MemoryStream();
        foreach (var chunk in value.Chunk(chunkLength))
        {
            chunks.Write(Encoding.ASCII.GetBytes($"{chunk.Length:x}\r\n"));
            chunks.Write(chunk);
            chunks.Write("\r\n"u8);
        }

        chunks.Write("0\r\n\r\n"u8);
        await connection.WriteAsync(chunks.ToArray());

        Assert.Equal(200, (await connection.ReadResponseAsync()).Status);
        Assert.Equal(value, gateway.Service["hello"]);
        Assert.Equal(200, (await connection.SendAsync("GET", Hello)).Status); // the connection is still in step
    }

    [Theory]
    [InlineData(2_147_483_648L)]
    [InlineData(9_223_372_036_854_775_807L)]
    [InlineData(1_048_577L)]
    public async Task A_body_that_announces_too_much_is_refused_before_a_byte_of_it_is_read(long length)
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var connection = await gateway.ConnectAsync();

        await connection.WriteAsync($"PUT {Hello} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n");

        var response = await connection.ReadResponseAsync();
        Assert.Equal((413, "value_too_large", "close"), (response.Status, response.Error.Code, response.Headers["connection"]));
        Assert.Equal(1_048_576, JsonDocument.Parse(response.Text).RootElement.GetProperty("limit").GetInt64());
        Assert.Equal(0, gateway.Service.Calls);
    }

    [Fact]
    public async Task A_client_that_asks_first_is_refused_without_being_told_to_go_on()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var connection = await gateway.ConnectAsync();
        await connection.WriteAsync($"PUT {Hello} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2000000\r\n\r\n");
        Assert.Equal(413, (await connection.ReadResponseAsync()).Status);

        await using var second = await gateway.ConnectAsync();
        await second.WriteAsync($"PUT {Hello} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
        Assert.Equal(100, (await second.ReadResponseAsync()).Status);
        await second.WriteAsync("world");
        Assert.Equal(200, (await second.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task A_client_that_sends_too_long_a_value_without_asking_reads_why_it_is_refused()
    {
        await using var gateway = await TestGateway.StartAsync(options => options with { MaxValueBytes = 1000 });

        using var response = await gateway.Client.PutAsync(Hello, new ByteArrayContent(new byte[3_000_000]));

        Assert.Equal(413, (int)response.StatusCode);
        Assert.Equal("value_too_large", (await response.ReadErrorAsync()).Code);
    }

    [Fact]
    public async Task An_endless_chunked_body_is_cut_off_at_the_limit()
    {
        await using var gateway = await TestGateway.StartAsync(options => options with { MaxValueBytes = 100_000 });
        await using var connection = await gateway.ConnectAsync();
        await connection.WriteAsync($"PUT {Hello} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        var chunk = Encoding.ASCII.GetBytes("2710\r\n" + new string('x', 10_000) + "\r\n");
        for (var sent = 0; sent < 11; sent++)
        {
            await connection.WriteAsync(chunk);
        }

        var response = await connection.ReadResponseAsync(); // and the body has not ended yet
        Assert.Equal((413, "close"), (response.Status, response.Headers["connection"]));
        Assert.Equal(0, gateway.Service.Calls);
    }

    [Fact]
    public async Task A_value_of_just_the_limit_is_taken_chunked_or_not()
    {
        await using var gateway = await TestGateway.StartAsync(options => options with { MaxValueBytes = 1000, MaxQueuedBytes = 1000 });
        await using var connection = await gateway.ConnectAsync();

        Assert.Equal(200, (await connection.SendAsync("PUT", Hello, body: new string('x', 1000))).Status);
        Assert.Equal(413, (await connection.SendAsync("PUT", Hello, body: new string('x', 1001))).Status);
        Assert.Equal(200, (await connection.SendAsync("PUT", Hello, "Transfer-Encoding: chunked\r\n\r\n3e8\r\n" + new string('y', 1000) + "\r\n0\r\n")).Status);
        Assert.Equal(413, (await connection.SendAsync("PUT", Hello, "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + new string('y', 1001) + "\r\n0\r\n")).Status);
    }

    [Fact]
    public async Task A_body_that_ends_too_soon_changes_nothing_and_is_no_error_of_ours()
    {
        await using var gateway = await TestGateway.StartAsync();
        foreach (var header in new[] { "Content-Length: 10", "Transfer-Encoding: chunked" })
        {
            await using var connection = await gateway.ConnectAsync();
            await connection.WriteAsync($"PUT {Hello} HTTP/1.1\r\nHost: a\r\n{header}\r\n\r\n3\r\nab");
            connection.FinishWriting();

            Assert.Matches("^($|HTTP/1.1 400)", await connection.ReadToEndAsync());
        }

        await using (var connection = await gateway.ConnectAsync())
        {
            await connection.WriteAsync($"PUT {Hello} HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
            connection.Reset();
        }

        Assert.Equal(200, (await gateway.SendAsync("GET", "/health/live")).Status);
        Assert.Equal(0, gateway.Service.Calls);
        Assert.Empty(gateway.Log.Lines);
    }

    [Theory]
    [InlineData("zz\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("ffffffffffffffffffff\r\n")]
    [InlineData("3\r\nabcdef\r\n")]
    public async Task A_malformed_chunk_is_a_bad_request(string chunk)
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var connection = await gateway.ConnectAsync();

        await connection.WriteAsync($"PUT {Hello} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}");

        var response = await connection.ReadResponseAsync();
        Assert.Equal((400, "bad_request", "close"), (response.Status, response.Error.Code, response.Headers["connection"]));
        Assert.Empty(gateway.Log.Lines);
    }

    [Fact]
    public async Task Bodies_over_all_requests_are_bounded_and_the_bytes_are_given_back()
    {
        await using var gateway = await TestGateway.StartAsync(options => options with { MaxValueBytes = 6000, MaxQueuedBytes = 10_000 });
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        gateway.Service.Before = () =>
        {
            entered.SetResult();
            return release.Task;
        };
        await using var first = await gateway.ConnectAsync();
        var pending = first.SendAsync("PUT", Hello, body: new string('a', 6000));
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(10));

        var busy = await gateway.SendAsync("PUT", Hello, body: new string('b', 4001));
        var busyChunked = await gateway.SendAsync("PUT", Hello, "Transfer-Encoding: chunked\r\n\r\nfa1\r\n" + new string('c', 4001) + "\r\n0\r\n");
        gateway.Service.Before = null;
        var small = await gateway.SendAsync("PUT", "/v1/storage/key/small", body: new string('d', 4000));
        release.SetResult();
        Assert.Equal(200, (await pending).Status);
        var after = await gateway.SendAsync("PUT", Hello, body: new string('e', 6000));

        Assert.Equal((429, "busy", "1"), (busy.Status, busy.Error.Code, busy.Headers["retry-after"]));
        Assert.Equal((429, "busy"), (busyChunked.Status, busyChunked.Error.Code));
        Assert.Equal((200, 200), (small.Status, after.Status));
    }

    [Fact]
    public async Task A_request_gives_its_bytes_back_before_its_answer_arrives_also_when_it_fails()
    {
        await using var gateway = await TestGateway.StartAsync(options => options with { MaxValueBytes = 6000, MaxQueuedBytes = 6000 });
        for (var i = 0; i < 30; i++)
        {
            var fails = i % 2 == 0;
            gateway.Service.Before = fails ? () => throw new InvalidOperationException("planted") : null;
            Assert.Equal(fails ? 500 : 200, (await gateway.SendAsync("PUT", Hello, body: new string('a', 6000))).Status);
        }
    }

    [Fact]
    public async Task A_body_that_never_ends_gives_its_bytes_back_when_its_connection_does()
    {
        await using var gateway = await TestGateway.StartAsync(options => options with { MaxValueBytes = 6000, MaxQueuedBytes = 6000 });
        await using (var connection = await gateway.ConnectAsync())
        {
            await connection.WriteAsync($"PUT {Hello} HTTP/1.1\r\nHost: a\r\nContent-Length: 6000\r\nExpect: 100-continue\r\n\r\n");
            Assert.Equal(100, (await connection.ReadResponseAsync()).Status); // the server waits for the body
            Assert.Equal(429, (await gateway.SendAsync("PUT", Hello, body: "v")).Status);
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while ((await gateway.SendAsync("PUT", Hello, body: "v")).Status != 200)
        {
            deadline.Token.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public async Task A_body_where_none_is_expected_is_skipped()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var connection = await gateway.ConnectAsync();

        Assert.Equal(204, (await connection.SendAsync("GET", Hello, body: "GET /smuggled HTTP/1.1\r\n\r\n")).Status);
        Assert.Equal(204, (await connection.SendAsync("DELETE", Hello, body: "GET /smuggled HTTP/1.1\r\n\r\n")).Status);
        Assert.Equal(404, (await connection.SendAsync("POST", "/nothing", body: "GET /smuggled HTTP/1.1\r\n\r\n")).Status);
        Assert.Equal(200, (await connection.SendAsync("GET", "/health/live")).Status);
    }

    [Theory]
    [InlineData("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello")]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("GET /v1/storage/key/\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /v1/storage/key/%00 HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("nonsense\r\n\r\n")]
    public async Task What_is_not_HTTP_is_refused_and_the_connection_closed(string request)
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var connection = await gateway.ConnectAsync();

        await connection.WriteAsync(request);

        Assert.Matches("^HTTP/1.1 (400|405)", await connection.ReadToEndAsync());
        Assert.Equal(0, gateway.Service.Calls);
    }
}
