using System.Net;
using Keva.Actors;

namespace Keva.Node.Gossip;

/// <summary>
/// Where the network leaves gossip for the actor. What waits in the mailbox is bounded: a flood must not take the memory,
/// and old gossip is worth nothing. Thread-safe.
/// </summary>
internal sealed class GossipInbox(IActorRef membership) : IInboundGossip
{
    private const long MostWaitingBytes = 32 << 20;

    /// <summary>What a message costs besides its bytes.</summary>
    private const int MessageBytes = 256;

    private long waiting;
    private long dropped;

    /// <summary>What came in faster than it was handled.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    public void OnDatagram(IPEndPoint from, ReadOnlyMemory<byte> datagram) =>
        TryPost(new DatagramArrived(from, datagram), datagram.Length);

    public IGossipStreamEvents OnStream(IGossipStream stream)
    {
        var link = new StreamLink(this) { Stream = stream };
        membership.Tell(new StreamArrived(link), ActorRefs.NoSender);
        return link;
    }

    /// <summary>What comes in on a stream that this node opens.</summary>
    public StreamLink LinkTo(long number) => new(this) { Number = number };

    /// <summary>The actor has handled a message with so many bytes.</summary>
    public void OnHandled(int bytes) => Interlocked.Add(ref waiting, -(bytes + MessageBytes));

    public bool TryPost(object message, int bytes)
    {
        if (Interlocked.Add(ref waiting, bytes + MessageBytes) > MostWaitingBytes)
        {
            OnHandled(bytes);
            Interlocked.Increment(ref dropped);
            return false;
        }

        membership.Tell(message, ActorRefs.NoSender);
        return true;
    }

    public void OnEnded(StreamLink link) => membership.Tell(new StreamEnded(link), ActorRefs.NoSender);
}

/// <summary>A stream as both the network and the actor know it.</summary>
internal sealed class StreamLink(GossipInbox inbox) : IGossipStreamEvents
{
    /// <summary>What the protocol calls it; set and used by the actor.</summary>
    public long Number { get; set; }

    /// <summary>Used by the actor.</summary>
    public IGossipStream? Stream { get; set; }

    public bool OnBytes(ReadOnlyMemory<byte> bytes) => inbox.TryPost(new StreamBytesArrived(this, bytes), bytes.Length);

    public void OnEnded() => inbox.OnEnded(this);
}

internal sealed record DatagramArrived(IPEndPoint From, ReadOnlyMemory<byte> Datagram);

internal sealed record StreamArrived(StreamLink Link);

internal sealed record StreamBytesArrived(StreamLink Link, ReadOnlyMemory<byte> Bytes);

internal sealed record StreamEnded(StreamLink Link);
