namespace Keva.Node.Configuration;

/// <summary><c>warnings</c>: from where on the node points at a part that is slow or nearly full.</summary>
public sealed record WarningSettings
{
    /// <summary>A transaction of the journal that takes this long is slow. 1 ms to 1 min.</summary>
    public required TimeSpan SlowSync { get; init; }

    /// <summary>Less free space than this on the disk is little. 0 to 1 TiB.</summary>
    public required long LowDiskBytes { get; init; }

    /// <summary>So many messages waiting at one actor are many. 1 to 100,000,000.</summary>
    public required int MailboxDepth { get; init; }

    /// <summary>A peer so many entries behind the leader is far behind. 1 to 100,000,000.</summary>
    public required long PeerLagEntries { get; init; }

    internal static WarningSettings Bind(SettingsSection section) => new()
    {
        SlowSync = section.Duration("slow-sync", "1ms", "1m"),
        LowDiskBytes = section.ByteSize("low-disk-bytes", "0B", "1024GiB"),
        MailboxDepth = (int)section.Count("mailbox-depth", 1, 100_000_000),
        PeerLagEntries = section.Count("peer-lag-entries", 1, 100_000_000),
    };
}
