using System.Net;
using System.Net.Sockets;

namespace Keva.Node.Transport.Tcp;

/// <summary>
/// Accepts connections and keeps their number within limits. What it does with the sockets happens under one lock, which
/// is held for a few instructions.
/// </summary>
internal sealed class InboundListener
{
    // When the process has no more file descriptors, trying again at once would only burn the processor.
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromMilliseconds(100);

    private readonly PeerNetworkOptions options;
    private readonly IInboundPeers inbound;
    private readonly PeerTraffic traffic;
    private readonly Func<Socket, ReadOnlyMemory<byte>, bool>? adoptGossip;
    private readonly List<Socket> sockets;
    private readonly List<Task> accepting = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private readonly Dictionary<InboundConnection, Task> open = [];
    private readonly LinkedList<InboundConnection> strangers = new();
    private readonly HashSet<InboundConnection> peers = [];

    private InboundListener(
        List<Socket> sockets, PeerNetworkOptions options, IInboundPeers inbound, PeerTraffic traffic, Func<Socket, ReadOnlyMemory<byte>, bool>? adoptGossip)
    {
        this.traffic = traffic;
        this.adoptGossip = adoptGossip;
        this.sockets = sockets;
        this.options = options;
        this.inbound = inbound;
        LocalEndPoints = sockets.ConvertAll(static socket => (IPEndPoint)socket.LocalEndPoint!);
    }

    public IReadOnlyList<IPEndPoint> LocalEndPoints { get; }

    public int HeldConnections
    {
        get
        {
            lock (gate)
            {
                return open.Count;
            }
        }
    }

    /// <exception cref="IOException">The address cannot be bound.</exception>
    public static InboundListener Start(
        string host, int port, PeerNetworkOptions options, IInboundPeers inbound, PeerTraffic traffic, Func<Socket, ReadOnlyMemory<byte>, bool>? adoptGossip)
    {
        var listener = new InboundListener(ListeningSockets.Bind(host, port), options, inbound, traffic, adoptGossip);
        foreach (var socket in listener.sockets)
        {
            listener.accepting.Add(Task.Run(() => listener.AcceptAsync(socket)));
        }

        return listener;
    }

    /// <summary>Ends when the port is free and the last connection is gone.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        sockets.ForEach(static socket => socket.Dispose());
        await Task.WhenAll(accepting);
        List<KeyValuePair<InboundConnection, Task>> last;
        lock (gate)
        {
            last = [.. open];
        }

        foreach (var (connection, _) in last)
        {
            connection.Close("");
        }

        await Task.WhenAll(last.Select(static entry => entry.Value));
    }

    private async Task AcceptAsync(Socket listening)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                Admit(await listening.AcceptAsync(stopping.Token));
            }
            catch (SocketException exception) when (!stopping.IsCancellationRequested)
            {
                var local = LocalEndPoints[sockets.IndexOf(listening)].ToString();
                inbound.OnRejected(local, $"cannot accept a connection: {exception.Message}");
                await Task.Delay(PauseAfterError, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception exception) when (PeerSockets.IsConnectionError(exception))
            {
                return;
            }
        }
    }

    private void Admit(Socket socket)
    {
        var connection = new InboundConnection(socket, options, inbound, traffic, TakePlace, adoptGossip);
        InboundConnection? displaced = null;
        lock (gate)
        {
            if (strangers.Count >= options.MaxPendingConnections && strangers.First is { } oldest)
            {
                displaced = oldest.Value;
                strangers.RemoveFirst();
            }

            strangers.AddLast(connection);
            open.Add(connection, Task.Run(() => ServeAsync(connection)));
        }

        displaced?.Close("it did not introduce itself, and gave way to newer connections");
    }

    private async Task ServeAsync(InboundConnection connection)
    {
        await connection.RunAsync();
        lock (gate)
        {
            strangers.Remove(connection);
            peers.Remove(connection);
            open.Remove(connection);
        }
    }

    private bool TakePlace(InboundConnection connection)
    {
        lock (gate)
        {
            if (peers.Count >= options.MaxConnections)
            {
                return false;
            }

            strangers.Remove(connection);
            peers.Add(connection);
            return true;
        }
    }
}
