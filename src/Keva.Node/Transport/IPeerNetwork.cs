using Keva.Raft;
using Keva.Raft.Messages;

namespace Keva.Node.Transport;

/// <summary>
/// The port between a node and the network. Connections carry messages one way: from the side that dialled to the side
/// that accepted; only the greeting goes both ways. Messages on one connection arrive in order, at most once, or not at
/// all. No method blocks, except that <see cref="Listen"/> may resolve a name. All callbacks come on threads of the
/// implementation, must not block them and must not throw.
/// </summary>
public interface IPeerNetwork : IAsyncDisposable
{
    /// <summary>
    /// Binds and accepts connections until disposed. Once only. A name is bound with all its addresses that this machine
    /// has; <c>localhost</c> is 127.0.0.1 and, where there is IPv6, ::1.
    /// </summary>
    /// <exception cref="IOException">The address cannot be bound; the message says which and why.</exception>
    void Listen(string host, int port, IInboundPeers inbound);

    /// <summary>Dials once. What becomes of it is told to <paramref name="events"/>, whatever happens.</summary>
    IPeerConnection Connect(string address, PeerLane lane, PeerHello greeting, IPeerConnectionEvents events);
}

/// <summary>The accepting side.</summary>
public interface IInboundPeers
{
    /// <summary>
    /// Decides about a peer that has just introduced itself: null and the greeting to answer with, or why it is refused,
    /// in words that its operator will read.
    /// </summary>
    string? Accept(PeerHello remote, out PeerHello answer);

    /// <param name="from">The node of the connection's greeting.</param>
    /// <param name="group">The group that the message is about.</param>
    /// <param name="message">The message; its payloads stay valid.</param>
    void OnMessage(NodeId from, GroupId group, RaftMessage message);

    /// <summary>Something unreadable came in and the connection was closed; or a peer was refused.</summary>
    void OnRejected(string remoteEndPoint, string reason);
}

/// <summary>One outgoing connection.</summary>
public interface IPeerConnection
{
    /// <summary>
    /// Queues a message. False, and nothing is sent, if the connection is not open or holds too many unsent bytes. True
    /// promises nothing: the connection may break. From any thread.
    /// </summary>
    bool TrySend(GroupId group, RaftMessage message);

    /// <summary>Drops what is unsent and ends the connection; <see cref="IPeerConnectionEvents.OnClosed"/> follows.</summary>
    void Close();
}

/// <summary>
/// First <see cref="OnConnected"/> or <see cref="OnClosed"/>; after <see cref="OnConnected"/>, <see cref="OnClosed"/>
/// once.
/// </summary>
public interface IPeerConnectionEvents
{
    /// <summary>The peer has accepted; messages can be sent. Whether the peer is the expected one is for the receiver to judge.</summary>
    void OnConnected(PeerHello remote);

    /// <param name="reason">For people: what failed, or who ended the connection and why.</param>
    void OnClosed(string reason);
}
