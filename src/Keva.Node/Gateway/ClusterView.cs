using Keva.Raft;

namespace Keva.Node.Gateway;

/// <summary>A member's part in the cluster, as far as this node knows.</summary>
public enum MemberRole
{
    Leader,
    Voter,
    Learner,
}

/// <summary>A member's state, as far as this node knows.</summary>
public enum MemberStatus
{
    Up,
    Failed,
    Joining,
    Leaving,
    Left,
}

/// <summary>One line of <see cref="ClusterView"/>. What this node does not know is null.</summary>
public sealed record MemberView(
    NodeId Id,
    string Name,
    string PeerAddress,
    string HttpAddress,
    MemberRole Role,
    MemberStatus Status,
    long? MatchIndex,
    long? AppliedIndex,
    string? StateHash,
    string? Version)
{
    /// <summary>Whether this node has no connection to it, while the gossip still has it for alive.</summary>
    public bool IsSuspected { get; init; }
}

/// <summary>The cluster as one node sees it at one moment. Immutable; replaced as a whole.</summary>
/// <param name="Self">This node's id.</param>
/// <param name="SelfName">This node's identity in the configuration.</param>
/// <param name="Leader">The leader's id, or <see cref="NodeId.None"/>.</param>
/// <param name="Term">The current term.</param>
/// <param name="CommitIndex">The highest index known to be committed.</param>
/// <param name="AppliedIndex">The highest index applied here.</param>
/// <param name="IsReady">Whether a leader is known and this node has caught up with what was committed when it started.</param>
/// <param name="NotReadyReason">Why not, in a sentence, when it is not ready.</param>
/// <param name="IsStopping">Whether the node is shutting down.</param>
/// <param name="Members">All members in the order of their names.</param>
public sealed record ClusterView(
    string ClusterName,
    string? ClusterId,
    NodeId Self,
    string SelfName,
    NodeId Leader,
    Term Term,
    long CommitIndex,
    long AppliedIndex,
    bool IsReady,
    string? NotReadyReason,
    bool IsStopping,
    IReadOnlyList<MemberView> Members)
{
    /// <summary>Nodes of this cluster that said farewell and that the gossip remembers.</summary>
    public IReadOnlyList<NodeId> Departed { get; init; } = [];

    /// <summary>The leader's line, or null when there is none.</summary>
    public MemberView? LeaderMember => Members.FirstOrDefault(member => member.Id == Leader && !Leader.IsNone);
}
