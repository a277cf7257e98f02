namespace Keva.Node.Gossip.Sockets;

/// <summary>Limits and time-outs of <see cref="SocketGossipNetwork"/>.</summary>
public sealed record GossipNetworkOptions
{
    public static readonly GossipNetworkOptions Default = new();

    /// <summary>How many streams that others opened may be there at a time; as many as the protocol serves.</summary>
    public int MaxInboundStreams { get; init; } = 128;

    /// <summary>How many streams this node may have opened.</summary>
    public int MaxOutboundStreams { get; init; } = 256;

    /// <summary>What may come in on one stream: the largest message of the protocol, and its header.</summary>
    public long MaxStreamBytes { get; init; } = (20 << 20) + 1024;

    /// <summary>How long a name may take to be looked up.</summary>
    public TimeSpan ResolveTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a stream may be there, dialling included. The protocol has ended it long before.</summary>
    public TimeSpan StreamLifetime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the other side has to hang up once this side has said all.</summary>
    public TimeSpan LingerTime { get; init; } = TimeSpan.FromSeconds(1);
}
