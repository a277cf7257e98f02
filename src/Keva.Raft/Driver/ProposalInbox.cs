using Keva.Raft.Messages;

namespace Keva.Raft.Driver;

/// <summary>
/// Proposals that arrived since the last flush, so that they enter the log as one batch. Each is good for one term only:
/// whoever made it counts it as lost for good once an entry of a later term is applied without it.
/// </summary>
internal sealed class ProposalInbox
{
    private readonly List<Proposal> proposals = [];
    private readonly List<(ProposalId Id, ProposalRefusal Reason)> refused = [];
    private readonly Dictionary<ProposalId, NodeId> origins = [];
    private Term term;

    public bool IsEmpty => proposals.Count == 0;

    /// <summary>The term that everything in here was proposed for.</summary>
    public Term Term => term;

    /// <param name="proposedFor">The same as <see cref="Term"/>, unless the inbox is empty.</param>
    /// <param name="added">The proposals.</param>
    /// <param name="origin">The forwarding follower, or <see cref="NodeId.None"/> for this server's own clients.</param>
    public void Add(Term proposedFor, IReadOnlyList<Proposal> added, NodeId origin)
    {
        Invariant.Check(IsEmpty || term == proposedFor, "proposals of two terms are never mixed");
        term = proposedFor;
        proposals.AddRange(added);
        if (!origin.IsNone)
        {
            foreach (var proposal in added)
            {
                origins[proposal.Id] = origin;
            }
        }
    }

    /// <summary>
    /// Hands everything to the core; <paramref name="refuse"/> is told of what was not taken, by origin and reason.
    /// </summary>
    public void ProposeTo(RaftCore core, bool stopping, Action<NodeId, Term, ProposalRefusal, IReadOnlyList<ProposalId>> refuse)
    {
        if (stopping || core.Term != term)
        {
            var reason = stopping ? ProposalRefusal.Stopping : ProposalRefusal.NotLeader;
            refused.AddRange(proposals.Select(proposal => (proposal.Id, reason)));
        }
        else
        {
            core.Propose(proposals, refused);
        }

        foreach (var group in refused.GroupBy(item => (Origin: origins.GetValueOrDefault(item.Id), item.Reason)))
        {
            refuse(group.Key.Origin, term, group.Key.Reason, group.Select(item => item.Id).ToArray());
        }

        proposals.Clear();
        refused.Clear();
        origins.Clear();
    }
}
