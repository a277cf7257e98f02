namespace Keva.Node.Configuration;

/// <summary><c>transport</c>: the connections between nodes.</summary>
public sealed record TransportSettings
{
    /// <summary>A connection that is not established in this time is given up. 10 ms to 1 min.</summary>
    public required TimeSpan ConnectTimeout { get; init; }

    /// <summary>A peer that has not introduced itself in this time is hung up on. 10 ms to 1 min.</summary>
    public required TimeSpan HandshakeTimeout { get; init; }

    /// <summary>
    /// A peer whose machine stays silent for this long, also to the operating system's probes, is hung up on. 1 s to
    /// 10 min, counted in whole seconds.
    /// </summary>
    public required TimeSpan DeadPeerTimeout { get; init; }

    /// <summary>Wait before the first attempt to reconnect; doubles with each failure, with jitter. 1 ms to 1 min.</summary>
    public required TimeSpan ReconnectBackoffMin { get; init; }

    /// <summary>The wait grows no longer than this. 1 ms to 10 min, at least <see cref="ReconnectBackoffMin"/>.</summary>
    public required TimeSpan ReconnectBackoffMax { get; init; }

    /// <summary>A longer frame closes the connection. 128 KiB to 256 MiB.</summary>
    public required int MaxFrameBytes { get; init; }

    /// <summary>Most unsent bytes on one connection; what comes past it is dropped. 128 KiB to 1 GiB, at least one frame.</summary>
    public required long SendBufferBytes { get; init; }

    internal static TransportSettings Bind(SettingsSection section) => new()
    {
        ConnectTimeout = section.Duration("connect-timeout", "10ms", "1m"),
        HandshakeTimeout = section.Duration("handshake-timeout", "10ms", "1m"),
        DeadPeerTimeout = section.Duration("dead-peer-timeout", "1s", "10m"),
        ReconnectBackoffMin = section.Duration("reconnect-backoff-min", "1ms", "1m"),
        ReconnectBackoffMax = section.Duration("reconnect-backoff-max", "1ms", "10m"),
        MaxFrameBytes = (int)section.ByteSize("max-frame-bytes", "128KiB", "256MiB"),
        SendBufferBytes = section.ByteSize("send-buffer-bytes", "128KiB", "1GiB"),
    };
}
