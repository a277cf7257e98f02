namespace Keva.Node.Configuration;

/// <summary>
/// <c>raft</c>: consensus. Pre-vote and check-quorum are always on: they are part of what makes a cluster live, not a
/// matter of taste.
/// </summary>
public sealed record RaftSettings
{
    /// <summary>The clock of consensus: all its other times are counted in ticks of this length. 1 ms to 1 s.</summary>
    public required TimeSpan TickInterval { get; init; }

    /// <summary>How often a leader shows that it lives. 1 ms to 1 min, at least one tick, under half an election time-out.</summary>
    public required TimeSpan HeartbeatInterval { get; init; }

    /// <summary>
    /// How long a node hears no leader before it stands for election; a random time up to as much again is added
    /// (§3.4). 10 ms to 10 min. A node's <c>wait_time</c> in keva.toml overrides it for that node.
    /// </summary>
    public required TimeSpan ElectionTimeout { get; init; }

    /// <summary>Most bytes of entries in one AppendEntries; a single larger entry still goes alone. 1 KiB to 64 MiB.</summary>
    public required int MaxAppendBytes { get; init; }

    /// <summary>Most unanswered AppendEntries to one follower. 1 to 4096.</summary>
    public required int MaxInflightAppends { get; init; }

    /// <summary>Most bytes in unanswered AppendEntries to one follower. 1 KiB to 1 GiB.</summary>
    public required long MaxInflightBytes { get; init; }

    /// <summary>Most bytes that a leader holds uncommitted; past it, writes are answered "busy". 64 KiB to 16 GiB.</summary>
    public required long MaxUncommittedBytes { get; init; }

    /// <summary>Most committed bytes handed to the store and not yet applied; more wait in the log. 64 KiB to 16 GiB.</summary>
    public required long MaxUnappliedBytes { get; init; }

    /// <summary>Bytes in one piece of a snapshot. 4 KiB to 64 MiB.</summary>
    public required int SnapshotChunkBytes { get; init; }

    /// <summary>A piece of a snapshot that was not acknowledged in this time is sent again. 10 ms to 10 min.</summary>
    public required TimeSpan SnapshotRetryInterval { get; init; }

    /// <summary>
    /// A snapshot transfer in which nothing was acknowledged for this long is given up and begun anew. 1 s to 1 h.
    /// </summary>
    public required TimeSpan SnapshotTransferTimeout { get; init; }

    /// <summary>Entries kept in the log behind the checkpoint, for slow followers. 0 to 100,000,000.</summary>
    public required long RetainedLogEntries { get; init; }

    /// <summary>Most bytes of such entries; whichever limit is met first counts. 0 to 64 GiB.</summary>
    public required long RetainedLogBytes { get; init; }

    /// <summary>
    /// How much faster one node's clock may run than another's, as a fraction (0.1 is ten percent). A lease is shorter
    /// than the election time-out by this. 0 to 0.9; only lease reads rest on it (§6.4.1).
    /// </summary>
    public required double LeaseClockDrift { get; init; }

    internal static RaftSettings Bind(SettingsSection section) => new()
    {
        TickInterval = section.Duration("tick-interval", "1ms", "1s"),
        HeartbeatInterval = section.Duration("heartbeat-interval", "1ms", "1m"),
        ElectionTimeout = section.Duration("election-timeout", "10ms", "10m"),
        MaxAppendBytes = (int)section.ByteSize("max-append-bytes", "1KiB", "64MiB"),
        MaxInflightAppends = (int)section.Count("max-inflight-appends", 1, 4096),
        MaxInflightBytes = section.ByteSize("max-inflight-bytes", "1KiB", "1GiB"),
        MaxUncommittedBytes = section.ByteSize("max-uncommitted-bytes", "64KiB", "16GiB"),
        MaxUnappliedBytes = section.ByteSize("max-unapplied-bytes", "64KiB", "16GiB"),
        SnapshotChunkBytes = (int)section.ByteSize("snapshot-chunk-bytes", "4KiB", "64MiB"),
        SnapshotRetryInterval = section.Duration("snapshot-retry-interval", "10ms", "10m"),
        SnapshotTransferTimeout = section.Duration("snapshot-transfer-timeout", "1s", "1h"),
        RetainedLogEntries = section.Count("retained-log-entries", 0, 100_000_000),
        RetainedLogBytes = section.ByteSize("retained-log-bytes", "0B", "64GiB"),
        LeaseClockDrift = section.Fraction("lease-clock-drift", 0, 0.9),
    };
}
