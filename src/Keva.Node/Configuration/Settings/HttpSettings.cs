namespace Keva.Node.Configuration;

/// <summary><c>http</c>: the interface for users.</summary>
public sealed record HttpSettings
{
    /// <summary>Every request is answered within this time. 10 ms to 10 min.</summary>
    public required TimeSpan RequestTimeout { get; init; }

    /// <summary>
    /// How long a request waits for a leader before it is answered <c>no_leader</c>. 0 to 10 min, at most the request
    /// time-out.
    /// </summary>
    public required TimeSpan LeaderWait { get; init; }

    /// <summary>Most bytes of request bodies held at one time; past it, requests are answered "busy". 64 KiB to 16 GiB.</summary>
    public required long MaxQueuedBytes { get; init; }

    /// <summary>Most open connections of users. 1 to 1,000,000.</summary>
    public required int MaxConnections { get; init; }

    /// <summary>Whether a node that is not the leader hands a write to the leader; otherwise it answers <c>not_leader</c>.</summary>
    public required bool ForwardWrites { get; init; }

    internal static HttpSettings Bind(SettingsSection section) => new()
    {
        RequestTimeout = section.Duration("request-timeout", "10ms", "10m"),
        LeaderWait = section.Duration("leader-wait", "0s", "10m"),
        MaxQueuedBytes = section.ByteSize("max-queued-bytes", "64KiB", "16GiB"),
        MaxConnections = (int)section.Count("max-connections", 1, 1_000_000),
        ForwardWrites = section.Switch("forward-writes"),
    };
}
