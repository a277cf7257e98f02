namespace Keva.Node.Transport;

/// <summary>Limits and time-outs of <see cref="Tcp.TcpPeerNetwork"/>.</summary>
public sealed record PeerNetworkOptions
{
    public static readonly PeerNetworkOptions Default = new();

    /// <summary>How long name resolution and dialling may take together.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long both sides have to introduce themselves once the connection stands.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a peer's machine may stay silent before the connection to it is given up. Whole seconds; the operating
    /// system's probes keep this time also when there is nothing to send.
    /// </summary>
    public TimeSpan DeadPeerTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The largest body of a frame in bytes. All nodes of a cluster need the same value: a node refuses what is larger,
    /// and a sender that makes a larger message is wrong.
    /// </summary>
    public int MaxFrameBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>The largest body of a frame from a peer that has not introduced itself yet.</summary>
    public int MaxGreetingBytes { get; init; } = 64 * 1024;

    /// <summary>How many bytes may wait in one connection; beyond it <see cref="IPeerConnection.TrySend"/> is false.</summary>
    public long SendBufferBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>
    /// How many incoming connections may be open that have not introduced themselves. Beyond it the one that has waited
    /// longest gives way, so that idle strangers cannot keep peers out.
    /// </summary>
    public int MaxPendingConnections { get; init; } = 64;

    /// <summary>How many incoming connections of peers that have introduced themselves may be open.</summary>
    public int MaxConnections { get; init; } = 1024;
}
