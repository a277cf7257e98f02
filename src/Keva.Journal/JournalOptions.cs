namespace Keva.Journal;

/// <summary>How <see cref="SqliteJournal"/> weighs latency against work. The defaults suit all but experiments.</summary>
public sealed record JournalOptions
{
    public static readonly JournalOptions Default = new();

    /// <summary>Payload bytes after which a transaction takes no further write; what is left goes into the next.</summary>
    public long MaxTransactionBytes { get; init; } = 8 << 20;

    /// <summary>
    /// Size of the write-ahead log at which it is copied into the main file even though writes are waiting, and then
    /// begun anew. Writes stand still for as long as that takes, so less is shorter, but more work in total.
    /// </summary>
    public long CheckpointBytes { get; init; } = 4 << 20;

    /// <summary>Size of the write-ahead log from which on it is copied when the journal is idle.</summary>
    public long IdleCheckpointBytes { get; init; } = 1 << 20;

    /// <summary>How long nothing must have come before the journal counts as idle.</summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long to wait before a write that found the disk full is tried again.</summary>
    public TimeSpan StallRetry { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Size of a file that only takes up space, and gives it back when the disk is full: enough for what is under way,
    /// for votes and for an orderly stop. Zero: none.
    /// </summary>
    public long ReserveBytes { get; init; } = 16 << 20;

    /// <summary>How long deleting trimmed rows may hold up one transaction.</summary>
    public TimeSpan DeletionSlice { get; init; } = TimeSpan.FromMilliseconds(1);
}
