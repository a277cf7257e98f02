using Keva.Raft;
using Keva.Raft.Messages;

namespace Keva.Node.Transport;

/// <summary>
/// The port between a node and the network. Connections carry messages one way: from the side that dialled to the side
/// that accepted; only the greeting goes both ways. Messages on one connection arrive in order, at most once, or not at
/// all. No method blocks; all callbacks come on threads of the implementation and must not block it.
/// </summary>
public interface IPeerNetwork : IAsyncDisposable
{
    /// <summary>Binds and accepts connections until disposed.</summary>
    /// <exception cref="IOException">The address cannot be bound; the message says which and why.</exception>
    void Listen(string host, int port, IInboundPeers inbound);

    /// <summary>Dials once. What becomes of it is told to <paramref name="events"/>, whatever happens.</summary>
    IPeerConnection Connect(string address, PeerLane lane, PeerHello greeting, IPeerConnectionEvents events);
}

/// <summary>The accepting side.</summary>
public interface IInboundPeers
{
    /// <summary>
    /// Decides about a peer that has just introduced itself: null and the greeting to answer with, or why it is refused.
    /// </summary>
    string? Accept(PeerHello remote, out PeerHello answer);

    void OnMessage(NodeId from, GroupId group, RaftMessage message);

    /// <summary>Something unreadable came in and the connection was closed; or a peer was refused.</summary>
    void OnRejected(string remoteEndPoint, string reason);
}

/// <summary>One outgoing connection.</summary>
public interface IPeerConnection
{
    /// <summary>
    /// Queues a message. False, and nothing is sent, if the connection is not open or holds too many unsent bytes.
    /// </summary>
    bool TrySend(GroupId group, RaftMessage message);

    void Close();
}

/// <summary>
/// First <see cref="OnConnected"/> or <see cref="OnClosed"/>; after <see cref="OnConnected"/>, <see cref="OnClosed"/>
/// once.
/// </summary>
public interface IPeerConnectionEvents
{
    void OnConnected(PeerHello remote);

    void OnClosed(string reason);
}
