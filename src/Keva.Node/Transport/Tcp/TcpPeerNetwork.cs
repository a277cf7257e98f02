using System.Net;
using Keva.Node.Gossip.Sockets;

namespace Keva.Node.Transport.Tcp;

/// <summary>
/// Nodes talk over TCP, as docs/PROTOCOL.md describes. Peers are not authenticated and nothing is encrypted: the port
/// belongs into a network that only the nodes reach.
/// </summary>
public sealed class TcpPeerNetwork : IPeerNetwork
{
    private readonly PeerNetworkOptions options;
    private readonly Lock gate = new();
    private readonly Dictionary<OutboundConnection, Task> outbound = [];
    private InboundListener? listener;
    private bool isDisposed;

    public TcpPeerNetwork(PeerNetworkOptions? options = null) => this.options = options ?? PeerNetworkOptions.Default;

    /// <summary>Where this node listens, with the real port if 0 was asked for; empty before <see cref="Listen"/>.</summary>
    public IReadOnlyList<IPEndPoint> LocalEndPoints => listener?.LocalEndPoints ?? [];

    /// <summary>Who takes the connections that speak gossip; null if they are refused.</summary>
    public SocketGossipNetwork? Gossip { get; init; }

    /// <summary>Where it is counted what goes over the connections.</summary>
    public PeerTraffic Traffic { get; init; } = new();

    /// <summary>Connections in both directions that hold a socket or a task, also those that are not yet or no longer usable.</summary>
    internal int HeldConnections
    {
        get
        {
            lock (gate)
            {
                return outbound.Count + (listener?.HeldConnections ?? 0);
            }
        }
    }

    /// <inheritdoc/>
    public void Listen(string host, int port, IInboundPeers inbound)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            if (listener is not null)
            {
                throw new InvalidOperationException("the network listens already");
            }

            listener = InboundListener.Start(host, port, options, inbound, Traffic, Gossip is null ? null : Gossip.TryAdopt);
        }
    }

    /// <inheritdoc/>
    public IPeerConnection Connect(string address, PeerLane lane, PeerHello greeting, IPeerConnectionEvents events)
    {
        var connection = new OutboundConnection(address, lane, greeting, options, Traffic, events);
        lock (gate)
        {
            if (isDisposed)
            {
                connection.Close("this node is stopping");
            }

            outbound.Add(connection, Task.Run(() => RunAsync(connection)));
        }

        return connection;
    }

    /// <summary>Closes everything; ends when all connections have reported their end and the port is free.</summary>
    public async ValueTask DisposeAsync()
    {
        List<KeyValuePair<OutboundConnection, Task>> last;
        lock (gate)
        {
            isDisposed = true;
            last = [.. outbound];
        }

        foreach (var (connection, _) in last)
        {
            connection.Close("this node is stopping");
        }

        await Task.WhenAll(last.Select(static entry => entry.Value));
        if (listener is not null)
        {
            await listener.StopAsync();
        }
    }

    private async Task RunAsync(OutboundConnection connection)
    {
        await connection.RunAsync();
        lock (gate)
        {
            outbound.Remove(connection);
        }
    }
}
