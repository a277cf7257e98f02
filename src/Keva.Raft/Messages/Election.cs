namespace Keva.Raft.Messages;

/// <summary>
/// "Would you vote for me?" (§9.6). <see cref="RaftMessage.Term"/> is the term that the sender would stand in, one
/// above its own; asking changes nobody's term.
/// </summary>
public sealed record PreVoteRequest(Term Term, EntryId LastEntry) : RaftMessage(Term);

/// <summary>
/// Answer to <see cref="PreVoteRequest"/>. Granted: <see cref="RaftMessage.Term"/> is the term asked about. Refused:
/// the answering server's own term.
/// </summary>
public sealed record PreVoteResponse(Term Term, bool Granted) : RaftMessage(Term);

/// <summary>
/// RequestVote (§3.4). <paramref name="LeadershipTransfer"/> is set when the leader told the candidate to stand
/// (§3.10): then servers answer although they hear from that leader.
/// </summary>
public sealed record VoteRequest(Term Term, EntryId LastEntry, bool LeadershipTransfer) : RaftMessage(Term);

/// <summary>Answer to <see cref="VoteRequest"/>.</summary>
public sealed record VoteResponse(Term Term, bool Granted) : RaftMessage(Term);

/// <summary>The leader's request that the receiver stand for election at once (§3.10).</summary>
public sealed record TimeoutNow(Term Term) : RaftMessage(Term);
