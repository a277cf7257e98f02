using System.Net;

namespace Keva.Node.Gossip;

/// <summary>
/// The port between a node's gossip and the network: datagrams, and streams that carry one message each way. No method
/// blocks or throws for what the network does. What cannot be sent is dropped and counted: gossip expects losses. All
/// callbacks come on threads of the implementation, must not block them and must not throw.
/// </summary>
public interface IGossipNetwork : IAsyncDisposable
{
    /// <summary>Where other nodes reach this one over both protocols: never "any address".</summary>
    IPEndPoint Advertised { get; }

    /// <summary>Datagrams and streams that could not be sent or were refused, so far.</summary>
    long Dropped { get; }

    /// <summary>From now on what arrives goes to <paramref name="inbound"/>; until then it is dropped. Once only.</summary>
    void Open(IInboundGossip inbound);

    /// <param name="to">A node, or whoever sent something.</param>
    /// <param name="datagram">Kept by the network.</param>
    void Send(IPEndPoint to, ReadOnlyMemory<byte> datagram);

    /// <summary>Dials and sends. That there is no connection is told as <see cref="IGossipStreamEvents.OnEnded"/>.</summary>
    IGossipStream Connect(IPEndPoint to, ReadOnlyMemory<byte> first, IGossipStreamEvents events);

    /// <summary>Finds the addresses of <c>host:port</c> and calls back, once: with none and the reason if there are none.</summary>
    void Resolve(string address, Action<IReadOnlyList<IPEndPoint>, string?> resolved);
}

/// <summary>Where gossip arrives.</summary>
public interface IInboundGossip
{
    /// <param name="from">The sender, as far as it can be believed.</param>
    /// <param name="datagram">The receiver's to keep.</param>
    void OnDatagram(IPEndPoint from, ReadOnlyMemory<byte> datagram);

    /// <summary>Another node has connected.</summary>
    /// <returns>Who is told about the stream.</returns>
    IGossipStreamEvents OnStream(IGossipStream stream);
}

/// <summary>One connection. From any thread.</summary>
public interface IGossipStream
{
    /// <summary>Queues the bytes, which the stream keeps.</summary>
    void Write(ReadOnlyMemory<byte> bytes);

    /// <summary>Ends the stream after what was written is sent.</summary>
    void Close();
}

/// <summary>Any number of <see cref="OnBytes"/>, then <see cref="OnEnded"/> once.</summary>
public interface IGossipStreamEvents
{
    /// <param name="bytes">The receiver's to keep.</param>
    /// <returns>False if no more is taken: the stream is cut.</returns>
    bool OnBytes(ReadOnlyMemory<byte> bytes);

    /// <summary>Nothing more comes: the other side has closed, the stream broke, took too long, or there never was one.</summary>
    void OnEnded();
}
