using Keva.Raft.Log;

namespace Keva.Raft.Messages;

/// <summary>AppendEntries (§3.5): <paramref name="Entries"/> follow directly on <paramref name="Previous"/>.</summary>
public sealed record AppendEntriesRequest(Term Term, EntryId Previous, EntryBatch Entries, LogIndex CommitIndex)
    : RaftMessage(Term);

/// <summary>The receiver's log equals the sender's up to <paramref name="MatchIndex"/> and is durable up to there.</summary>
public sealed record AppendEntriesAccepted(Term Term, LogIndex MatchIndex) : RaftMessage(Term);

/// <summary>
/// The receiver has no entry <paramref name="RejectedPrevious"/>. <paramref name="Hint"/> is the last entry of the
/// receiver's log at or before that index whose term is not above the rejected one, so that the leader skips a whole
/// term at a time (§3.5, fast backtracking). <paramref name="LastIndex"/> is the last index of the receiver's log.
/// </summary>
public sealed record AppendEntriesRejected(Term Term, LogIndex RejectedPrevious, EntryId Hint, LogIndex LastIndex)
    : RaftMessage(Term);

/// <summary>
/// Tells a follower of a higher commit index when no entries are on their way to it, so that what its own clients wait
/// for is applied there at once. Never above what the receiver is known to hold; wants no answer.
/// </summary>
public sealed record CommitNotice(Term Term, LogIndex CommitIndex) : RaftMessage(Term);

/// <summary>
/// Keeps followers from standing for election, spreads the commit index, and confirms leadership for reads (§6.4):
/// the answer repeats <paramref name="Round"/>. It carries no entries and never queues behind any.
/// <paramref name="StateHash"/> lets the receiver find out that its state differs from the leader's.
/// </summary>
public sealed record HeartbeatRequest(Term Term, LogIndex CommitIndex, long Round, StateHashMark StateHash)
    : RaftMessage(Term);

/// <summary>
/// Answer to <see cref="HeartbeatRequest"/>. <paramref name="CanPersist"/> is false while the sender's disk takes no
/// writes: such a server is no candidate for leadership.
/// </summary>
public sealed record HeartbeatResponse(Term Term, long Round, LogIndex AppliedIndex, StateHashMark StateHash, bool CanPersist)
    : RaftMessage(Term);

/// <summary>
/// The hash of the state machine right after the entry at <paramref name="Index"/> was applied. All servers take marks
/// at the same indexes, so that marks can be compared. Index zero: no mark yet.
/// </summary>
public readonly record struct StateHashMark(LogIndex Index, UInt128 Hash)
{
    public static readonly StateHashMark None = new(LogIndex.Zero, 0);
}
