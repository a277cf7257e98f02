using Keva.Raft.Log;
using Keva.Raft.Membership;

namespace Keva.Raft.Driver;

/// <summary>
/// What must reach the disk in one step. The parts that are not null take effect together and in the order of the
/// properties. Writes are made durable in the order in which they were handed over.
/// </summary>
/// <param name="Group">Whose log it is.</param>
/// <param name="Sequence">Counts the writes of one group from 1; the completion repeats it.</param>
/// <param name="HardState">The new term and vote, if they changed.</param>
/// <param name="Reset">Set when a snapshot took the place of the whole log.</param>
/// <param name="Entries">
/// Entries to append. Where the log already holds entries at or after the first index, these take their place and all
/// behind them are void.
/// </param>
public sealed record JournalWrite(GroupId Group, long Sequence, HardState? HardState, LogReset? Reset, EntryBatch? Entries);

/// <summary>The log now starts directly behind <paramref name="Snapshot"/> and holds nothing.</summary>
public sealed record LogReset(EntryId Snapshot, ClusterConfiguration Configuration);

/// <summary>What a group's journal holds, after replaying it.</summary>
/// <param name="HardState">Term and vote; <see cref="Raft.HardState.Initial"/> in a new journal.</param>
/// <param name="Start">
/// The entry directly before the first one of <paramref name="Entries"/>: where the journal was trimmed or reset to.
/// </param>
/// <param name="StartConfiguration">The configuration as of <paramref name="Start"/>, or null in a new journal.</param>
/// <param name="Entries">All entries behind <paramref name="Start"/>, in order.</param>
public sealed record RecoveredLog(
    HardState HardState,
    EntryId Start,
    ClusterConfiguration? StartConfiguration,
    IReadOnlyList<LogEntry> Entries);
