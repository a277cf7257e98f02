namespace Keva.Journal;

/// <summary>One transaction of the journal.</summary>
/// <param name="Writes">How many writes shared it; at least one.</param>
/// <param name="Rows">Rows inserted.</param>
/// <param name="PayloadBytes">Bytes of their payloads.</param>
/// <param name="Duration">From its beginning until the disk had it, synchronisation included.</param>
public readonly record struct JournalCommit(int Writes, int Rows, long PayloadBytes, TimeSpan Duration);

/// <summary>Counters since the journal was opened.</summary>
/// <param name="QueueDepth">Writes that were handed over and are not durable yet.</param>
/// <param name="Commits">Transactions that inserted rows, each with one synchronisation.</param>
/// <param name="Writes">Writes made durable.</param>
/// <param name="Rows">Rows inserted.</param>
/// <param name="PayloadBytes">Bytes of their payloads.</param>
/// <param name="RowsDeleted">Rows deleted behind trims.</param>
/// <param name="LastCommitDuration">How long the last commit took; zero before the first.</param>
/// <param name="IsStalled">Whether writes wait for a full or read-only disk.</param>
public readonly record struct JournalStatistics(
    int QueueDepth,
    long Commits,
    long Writes,
    long Rows,
    long PayloadBytes,
    long RowsDeleted,
    TimeSpan LastCommitDuration,
    bool IsStalled);
