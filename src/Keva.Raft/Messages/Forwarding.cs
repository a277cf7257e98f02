namespace Keva.Raft.Messages;

/// <summary>Names a proposal: drawn at random per process start, and counted within it. Never used twice.</summary>
public readonly record struct ProposalId(ulong Session, ulong Sequence);

/// <summary>A command that a client wants in the log. The payload starts with nothing of Raft's.</summary>
public sealed record Proposal(ProposalId Id, ReadOnlyMemory<byte> Payload);

/// <summary>
/// Proposals that a follower's clients made. Taken only by the leader of exactly <see cref="RaftMessage.Term"/>: once
/// an entry of a later term is applied, the sender knows that a proposal it has not seen applied never will be.
/// </summary>
public sealed record ForwardProposals(Term Term, IReadOnlyList<Proposal> Proposals) : RaftMessage(Term);

/// <summary>Why a proposal was not put into the log. None of these leaves any doubt: nothing was done.</summary>
public enum ProposalRefusal : byte
{
    /// <summary>The server is not the leader of the term that the proposal was made for.</summary>
    NotLeader = 1,

    /// <summary>Too many bytes wait for being committed or applied.</summary>
    Busy = 2,

    /// <summary>The leader's disk takes no writes.</summary>
    DiskFull = 3,

    /// <summary>The leader is handing leadership over or stopping.</summary>
    Stopping = 4,
}

/// <summary>
/// These forwarded proposals were refused. <paramref name="ProposedFor"/> is the term of the request: a late refusal must
/// not be taken for one of a later attempt.
/// </summary>
public sealed record ForwardRefused(Term Term, Term ProposedFor, IReadOnlyList<ProposalId> Proposals, ProposalRefusal Reason)
    : RaftMessage(Term);

/// <summary>A follower asks the leader for a read index on behalf of its clients (§6.4).</summary>
public sealed record ReadIndexRequest(Term Term, long ReadId) : RaftMessage(Term);

/// <summary>
/// The answer: whoever has applied up to <paramref name="ReadIndex"/> may serve the reads of <paramref name="ReadId"/>.
/// Not <paramref name="Confirmed"/>: the receiver of the request is not the leader, or could not show that it is.
/// </summary>
public sealed record ReadIndexResponse(Term Term, long ReadId, LogIndex ReadIndex, bool Confirmed) : RaftMessage(Term);
