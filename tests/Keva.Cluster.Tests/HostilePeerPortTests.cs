using System.Net;
using System.Net.Sockets;
using System.Text;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>Strangers on the port that is meant for other nodes.</summary>
public sealed class HostilePeerPortTests(ITestOutputHelper output)
{
    private const int Seed = 20260;
    private const int IdleConnections = 300;

    [Fact]
    public async Task Garbage_on_the_peer_port_costs_the_connection_and_nothing_else()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        var leader = await cluster.LeaderAsync();
        await using var load = new WriteLoad("unharmed", cluster.Nodes, writers: 4);
        await load.WaitForMoreAsync(50);

        var idle = new List<Socket>();
        try
        {
            var remotes = new List<string>();
            foreach (var garbage in Garbage(new Random(Seed)))
            {
                using var socket = await ConnectAsync(leader.PeerPort);
                remotes.Add(socket.LocalEndPoint!.ToString()!);
                await SendAsync(socket, garbage);
                await AssertClosedByPeerAsync(socket);
            }

            for (var i = 0; i < IdleConnections; i++)
            {
                idle.Add(await ConnectAsync(leader.PeerPort));
            }

            // A flood must not flood the log: each reason is said once.
            await leader.WaitForLogAsync($"Closed a connection from {remotes[0]}");
            await load.WaitForMoreAsync(200);
            await load.StopAsync();
            Assert.Equal(0, load.Failures);
            Assert.Equal(leader.Name, (await cluster.LeaderAsync()).Name);
            Assert.True(leader.Log.Split('\n').Length < 100, "the log is bounded");
        }
        finally
        {
            idle.ForEach(socket => socket.Dispose());
        }
    }

    private static IEnumerable<byte[]> Garbage(Random random)
    {
        yield return "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray();
        yield return [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC];
        yield return [.. "K"u8, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        yield return [.. "KEVA"u8, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        for (var i = 0; i < 40; i++)
        {
            var bytes = new byte[random.Next(1, 20_000)];
            random.NextBytes(bytes);
            if (i % 2 == 0)
            {
                bytes[0] = (byte)'K';
            }

            yield return bytes;
        }
    }

    private static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return socket;
    }

    private static async Task SendAsync(Socket socket, byte[] bytes)
    {
        try
        {
            await socket.SendAsync(bytes);
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The node has seen enough already.
        }
    }

    private static async Task AssertClosedByPeerAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(Eventually.Deadline);
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, limit.Token) > 0)
            {
            }
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
        {
            // As good as a farewell.
        }
    }
}
