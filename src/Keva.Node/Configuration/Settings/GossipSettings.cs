namespace Keva.Node.Configuration;

/// <summary><c>gossip</c>: how nodes find out who is there, in the Serf protocol.</summary>
public sealed record GossipSettings
{
    /// <summary>How often this node looks after one other. 10 ms to 1 min.</summary>
    public required TimeSpan ProbeInterval { get; init; }

    /// <summary>How long an answer may take before others are asked to try too. 1 ms to 1 min, below <see cref="ProbeInterval"/>.</summary>
    public required TimeSpan ProbeTimeout { get; init; }

    /// <summary>How many probe intervals a suspect has to object. 1 to 100.</summary>
    public required int SuspicionMultiplier { get; init; }

    /// <summary>How often news are passed on. 10 ms to 1 min.</summary>
    public required TimeSpan GossipInterval { get; init; }

    /// <summary>To how many nodes at a time. 1 to 100.</summary>
    public required int GossipNodes { get; init; }

    /// <summary>How often two nodes exchange all they know. 1 s to 1 h.</summary>
    public required TimeSpan PushPullInterval { get; init; }

    /// <summary>How often a node that failed is tried. 1 s to 1 h.</summary>
    public required TimeSpan ReconnectInterval { get; init; }

    /// <summary>How long nodes that left or failed are remembered. 1 min to 365 d.</summary>
    public required TimeSpan TombstoneTimeout { get; init; }

    /// <summary>How long after its failure a node may come back at another address. 1 s to 24 h.</summary>
    public required TimeSpan DeadNodeReclaimTime { get; init; }

    /// <summary>The key that gossip is encrypted with until there is a keyring file; empty for none. A secret.</summary>
    public required ReadOnlyMemory<byte> EncryptKey { get; init; }

    /// <summary>Whether what is sent is compressed where that helps.</summary>
    public required bool Compression { get; init; }

    internal static GossipSettings Bind(SettingsSection section) => new()
    {
        ProbeInterval = section.Duration("probe-interval", "10ms", "1m"),
        ProbeTimeout = section.Duration("probe-timeout", "1ms", "1m"),
        SuspicionMultiplier = (int)section.Count("suspicion-multiplier", 1, 100),
        GossipInterval = section.Duration("gossip-interval", "10ms", "1m"),
        GossipNodes = (int)section.Count("gossip-nodes", 1, 100),
        PushPullInterval = section.Duration("push-pull-interval", "1s", "1h"),
        ReconnectInterval = section.Duration("reconnect-interval", "1s", "1h"),
        TombstoneTimeout = section.Duration("tombstone-timeout", "1m", "365d"),
        DeadNodeReclaimTime = section.Duration("dead-node-reclaim-time", "1s", "24h"),
        EncryptKey = section.EncryptionKey("encrypt-key"),
        Compression = section.Switch("compression"),
    };
}
