namespace Keva.Node.Configuration;

/// <summary><c>journal</c>: the disk. That a write is on the disk before it is acknowledged cannot be switched off.</summary>
public sealed record JournalSettings
{
    /// <summary>
    /// Time between two passes that write changed keys to the checkpoint file; when nothing was written for a sixth of it, a
    /// pass starts early. 100 ms to 1 h.
    /// </summary>
    public required TimeSpan CheckpointInterval { get; init; }

    /// <summary>A pass starts early when the log has this many bytes that are not in the checkpoint. 64 KiB to 16 GiB.</summary>
    public required long CheckpointMaxLogBytes { get; init; }

    /// <summary>A pass starts early when the log has this many entries that are not in the checkpoint. 1 to 100,000,000.</summary>
    public required int CheckpointMaxLogEntries { get; init; }

    /// <summary>Time between two attempts to write to a disk that was full or failing. 10 ms to 1 min.</summary>
    public required TimeSpan RetryInterval { get; init; }

    /// <summary>
    /// Size of SQLite's write-ahead log past which its pages are moved into the database file. 256 KiB to 1 GiB.
    /// </summary>
    public required long WalBytes { get; init; }

    /// <summary>
    /// Size of a file that only takes up space, and gives it back when the disk is full: enough to vote and to stop in
    /// order. 0 for none, to 16 GiB.
    /// </summary>
    public required long ReserveBytes { get; init; }

    internal static JournalSettings Bind(SettingsSection section) => new()
    {
        CheckpointInterval = section.Duration("checkpoint-interval", "100ms", "1h"),
        CheckpointMaxLogBytes = section.ByteSize("checkpoint-max-log-bytes", "64KiB", "16GiB"),
        CheckpointMaxLogEntries = (int)section.Count("checkpoint-max-log-entries", 1, 100_000_000),
        RetryInterval = section.Duration("retry-interval", "10ms", "1m"),
        WalBytes = section.ByteSize("wal-bytes", "256KiB", "1GiB"),
        ReserveBytes = section.ByteSize("reserve-bytes", "0B", "16GiB"),
    };
}
