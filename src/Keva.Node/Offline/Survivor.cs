using Keva.Node.Transport;
using Keva.Raft;
using Keva.Raft.Membership;

namespace Keva.Node.Offline;

/// <summary>What a node is in the configuration that it knows.</summary>
public enum SurvivorRole
{
    /// <summary>It votes, or did until the change of members that is under way.</summary>
    Voter,

    /// <summary>It receives the log and has no vote.</summary>
    Learner,

    /// <summary>It was removed, or not added yet.</summary>
    None,
}

/// <summary>What the working directory of a stopped node tells of it and of its cluster.</summary>
/// <param name="Node">The node's id.</param>
/// <param name="Name">The name under which it is started.</param>
/// <param name="Cluster">The cluster that it belongs to.</param>
/// <param name="Configuration">The latest configuration in its log, committed or not.</param>
/// <param name="Term">The latest term that it has heard of.</param>
/// <param name="LogStart">The entry before the first one in its log.</param>
/// <param name="LastEntry">The last entry in its log; <paramref name="LogStart"/> if there is none.</param>
/// <param name="Checkpoint">The last entry in its checkpoint: up to there the log is known to be committed.</param>
/// <param name="CheckpointKeys">How many keys the checkpoint has.</param>
public sealed record Survivor(
    NodeId Node,
    string Name,
    ClusterId Cluster,
    ClusterConfiguration Configuration,
    Term Term,
    EntryId LogStart,
    EntryId LastEntry,
    EntryId Checkpoint,
    long CheckpointKeys)
{
    public SurvivorRole Role =>
        Configuration.IsVoter(Node) ? SurvivorRole.Voter
        : Configuration.Find(Node) is not null ? SurvivorRole.Learner
        : SurvivorRole.None;

    /// <summary>Whether the node needs nobody else to serve, so that there is nothing to recover.</summary>
    public bool IsOnlyVoter => Configuration is { IsJoint: false, Voters: [var only] } && only == Node;

    /// <summary>Entries of which this node does not know whether they are committed.</summary>
    public long EntriesBehindCheckpoint => LastEntry.Index - Checkpoint.Index;
}
