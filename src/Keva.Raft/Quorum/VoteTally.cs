using Keva.Raft.Membership;

namespace Keva.Raft.Quorum;

/// <summary>The votes of one election. The first answer of each server counts.</summary>
internal sealed class VoteTally(ClusterConfiguration configuration)
{
    private readonly SortedDictionary<NodeId, bool> votes = [];

    public void Record(NodeId voter, bool granted) => votes.TryAdd(voter, granted);

    public VoteResult Result => Majority.Count(configuration, id => votes.TryGetValue(id, out var granted) ? granted : null);
}
