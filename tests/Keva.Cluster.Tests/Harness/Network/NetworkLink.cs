using System.Net;
using System.Net.Sockets;

namespace Keva.Cluster.Tests.Harness.Network;

/// <summary>
/// A port that stands for a port of one node as one other node sees it: what comes in is handed on. While it is cut,
/// nothing is handed on in either direction, and nobody is told: connections stay open and silent, and what was under
/// way arrives, late, when the link is healed, as it does when a cable is pulled and put back.
/// </summary>
internal sealed class NetworkLink : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly int target;
    private readonly Task accepting;
    private volatile TaskCompletionSource healed = HealedAlready();

    /// <param name="target">The port that it stands for.</param>
    public NetworkLink(int target)
    {
        this.target = target;
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync();
    }

    public int Port { get; }

    public void Cut()
    {
        if (healed.Task.IsCompleted)
        {
            healed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Heal() => healed.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        stop.Dispose();
    }

    private static TaskCompletionSource HealedAlready()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                var incoming = await listener.AcceptSocketAsync(stop.Token);
                connections.RemoveAll(connection => connection.IsCompleted);
                connections.Add(ConnectAsync(incoming));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    /// <summary>Hands on in both directions until one of them ends. Never throws.</summary>
    private async Task ConnectAsync(Socket incoming)
    {
        using var outgoing = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (incoming)
        {
            try
            {
                incoming.NoDelay = true;
                await healed.Task.WaitAsync(stop.Token);
                await outgoing.ConnectAsync(IPAddress.Loopback, target, stop.Token);
                using var end = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
                var directions = new[] { HandOnAsync(incoming, outgoing, end.Token), HandOnAsync(outgoing, incoming, end.Token) };
                await Task.WhenAny(directions);
                await end.CancelAsync();
                await Task.WhenAll(directions);
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                // The node is not there, or one end is gone: the other sees its connection close.
            }
        }
    }

    private async Task HandOnAsync(Socket from, Socket to, CancellationToken cancellation)
    {
        var buffer = new byte[BufferBytes];
        int count;
        while ((count = await from.ReceiveAsync(buffer, cancellation)) > 0)
        {
            await healed.Task.WaitAsync(cancellation);
            for (var rest = buffer.AsMemory(0, count); !rest.IsEmpty;)
            {
                rest = rest[await to.SendAsync(rest, cancellation)..];
            }
        }
    }
}
