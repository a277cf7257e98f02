using Keva.Raft.Log;
using Keva.Raft.Membership;

namespace Keva.Raft.Messages;

/// <summary>
/// A server asks the leader to begin a change of the configuration. Repeating it does no harm: a change says what is to be,
/// not what is to be different.
/// </summary>
/// <param name="Term">The sender's term.</param>
/// <param name="RequestId">Drawn by the sender; the answer has it, too.</param>
/// <param name="Change">What is wanted.</param>
public sealed record ForwardChange(Term Term, long RequestId, ConfigurationChange Change) : RaftMessage(Term);

/// <summary>
/// Whether the change was begun. That it is complete the sender mostly sees in its own log; one that is removed may have
/// missed the entry that removes it.
/// </summary>
/// <param name="Term">The sender's term.</param>
/// <param name="RequestId">The number of the request.</param>
/// <param name="Refusal">Why it was not begun; <see cref="ConfigurationRefusal.None"/> if it was.</param>
/// <param name="Problem">For <see cref="ConfigurationRefusal.Invalid"/>: why, in words for people; otherwise empty.</param>
/// <param name="IsComplete">The committed configuration is as wanted.</param>
public sealed record ForwardChangeAnswer(Term Term, long RequestId, ConfigurationRefusal Refusal, string Problem, bool IsComplete)
    : RaftMessage(Term);

/// <summary>A server asks the leader to hand leadership over (§3.10). There is no answer: the next leader is one.</summary>
/// <param name="Term">The sender's term.</param>
/// <param name="Target">To whom; none for whoever is furthest.</param>
public sealed record ForwardTransfer(Term Term, NodeId Target) : RaftMessage(Term);

/// <summary>
/// A leader tells a server that is no member any more, which it can have missed: who is removed gets no more entries (§4.2.2).
/// </summary>
/// <param name="Term">The leader's term.</param>
/// <param name="AsOf">The last committed entry, up to which no later configuration names the server.</param>
public sealed record MembershipEnded(Term Term, EntryId AsOf) : RaftMessage(Term);
