using System.Net;
using System.Net.Sockets;
using Keva.Node.Gateway.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keva.Tests.Gateway;

public sealed class KevaHttpServerTests
{
    [Fact]
    public async Task Localhost_is_bound_on_both_loopbacks_and_nothing_else()
    {
        await using var server = await StartOnFreePortAsync("localhost");
        var port = server.Addresses[0].Port;

        foreach (var address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6 && !Socket.OSSupportsIPv6)
            {
                continue;
            }

            using var client = new HttpClient { BaseAddress = new Uri($"http://{new IPEndPoint(address, port)}") };
            using var response = await client.GetAsync("/health/live");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        // 127.0.0.2 is the same machine, and would answer if all addresses were bound.
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await Assert.ThrowsAsync<SocketException>(() => other.ConnectAsync(IPAddress.Parse("127.0.0.2"), port));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_in_the_error()
    {
        await using var first = Create("127.0.0.1", 0);
        await first.StartAsync();
        var port = first.Addresses[0].Port;
        await using var second = Create("127.0.0.1", port);

        var error = await Assert.ThrowsAsync<IOException>(() => second.StartAsync());

        Assert.Contains($"127.0.0.1 port {port}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost", 0)]
    [InlineData("192.0.2.1", 1)]
    public async Task What_cannot_be_bound_is_an_error_that_names_it(string host, int port)
    {
        await using var server = Create(host, port);

        var error = await Assert.ThrowsAsync<IOException>(() => server.StartAsync());

        Assert.Contains($"{host} port {port}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_disposed_of_while_it_starts_does_neither_halfway()
    {
        // As when a node fails in its first moments. Each time the end comes a little later.
        for (var i = 0; i < 300; i++)
        {
            var server = Create("127.0.0.1", 0);
            var starting = Task.Run(() => server.StartAsync());
            Thread.SpinWait(20 * i);
            await server.DisposeAsync();
            try
            {
                await starting;
                using var client = new TcpClient();
                await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(IPAddress.Loopback, server.Addresses[0].Port));
            }
            catch (ObjectDisposedException)
            {
                // It had not begun.
            }
        }
    }

    [Fact]
    public void Settings_out_of_range_are_refused_by_name()
    {
        var good = new KevaHttpOptions { Host = "127.0.0.1", Port = 0 };
        foreach (var (bad, name) in new[]
                 {
                     (good with { Port = 65536 }, "Port"),
                     (good with { MaxKeyBytes = 0 }, "MaxKeyBytes"),
                     (good with { MaxValueBytes = 0 }, "MaxValueBytes"),
                     (good with { MaxQueuedBytes = 1000 }, "MaxQueuedBytes"),
                     (good with { MaxConnections = 0 }, "MaxConnections"),
                 })
        {
            var error = Assert.Throws<ArgumentException>(() => new KevaHttpServer(bad, new ScriptedKeyValueService(), NullLoggerFactory.Instance));
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Stopping_lets_a_request_that_has_begun_finish_and_takes_no_more()
    {
        await using var gateway = await TestGateway.StartAsync();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        gateway.Service.Before = () =>
        {
            entered.SetResult();
            return release.Task;
        };
        var pending = gateway.SendAsync("PUT", "/v1/storage/key/a", body: "v");
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(10));

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var stopping = gateway.Server.StopAsync(deadline.Token);
        Assert.False(stopping.IsCompleted);
        release.SetResult();

        Assert.Equal(200, (await pending).Status);
        await stopping;
        await Assert.ThrowsAnyAsync<SocketException>(() => gateway.ConnectAsync());
    }

    [Fact]
    public async Task Stopping_does_not_wait_beyond_its_deadline()
    {
        await using var gateway = await TestGateway.StartAsync();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        gateway.Service.Before = () =>
        {
            entered.SetResult();
            return release.Task;
        };
        await using var connection = await gateway.ConnectAsync();
        await connection.WriteAsync("GET /v1/storage/key/a HTTP/1.1\r\nHost: a\r\n\r\n");
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(10));

        var stopping = gateway.Server.StopAsync(new CancellationToken(canceled: true));
        var answer = await connection.ReadToEndAsync(); // the connection is broken though the store never answered
        release.SetResult();
        await stopping.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Empty(answer);
    }

    [Fact]
    public async Task A_client_that_goes_away_while_it_waits_is_no_error()
    {
        await using var gateway = await TestGateway.StartAsync();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        gateway.Service.Before = () =>
        {
            entered.SetResult();
            return release.Task;
        };
        await using (var connection = await gateway.ConnectAsync())
        {
            await connection.WriteAsync("GET /v1/storage/key/a HTTP/1.1\r\nHost: a\r\n\r\n");
            await entered.Task.WaitAsync(TimeSpan.FromSeconds(10));
            connection.Reset();
        }

        gateway.Service.Before = null;
        release.SetResult();
        Assert.Equal(204, (await gateway.SendAsync("GET", "/v1/storage/key/a")).Status);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await gateway.Server.StopAsync(deadline.Token); // every request has ended
        Assert.Empty(gateway.Log.Lines);
    }

    [Fact]
    public async Task Others_may_add_routes_but_not_take_one_that_is_there()
    {
        var route = new HttpRoute("/metrics", ("GET", exchange => exchange.SendAsync(200, "text/plain", "up 1\n"u8.ToArray())));
        await using var gateway = await TestGateway.StartAsync(moreRoutes: [route]);

        var get = await gateway.SendAsync("GET", "/metrics");
        var post = await gateway.SendAsync("POST", "/metrics");

        Assert.Equal((200, "up 1\n", "text/plain"), (get.Status, get.Text, get.Headers["content-type"]));
        Assert.Equal((405, "GET, HEAD"), (post.Status, post.Headers["allow"]));
        Assert.Throws<ArgumentException>(() => new KevaHttpServer(
            new KevaHttpOptions { Host = "127.0.0.1", Port = 0 },
            new ScriptedKeyValueService(),
            NullLoggerFactory.Instance,
            [new HttpRoute("/v1/cluster")]));
    }

    private static KevaHttpServer Create(string host, int port) =>
        new(new KevaHttpOptions { Host = host, Port = port }, new ScriptedKeyValueService(), NullLoggerFactory.Instance);

    /// <summary>A name cannot be bound to port 0, and a port that was free a moment ago may be taken: then another one.</summary>
    private static async Task<KevaHttpServer> StartOnFreePortAsync(string host)
    {
        for (var attempt = 1; ; attempt++)
        {
            var server = Create(host, FreePort());
            try
            {
                await server.StartAsync();
                return server;
            }
            catch (IOException) when (attempt < 20)
            {
                await server.DisposeAsync();
            }
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
