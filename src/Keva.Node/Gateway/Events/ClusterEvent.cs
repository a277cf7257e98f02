using Keva.Raft;

namespace Keva.Node.Gateway.Events;

/// <summary>What kind of thing happened to the cluster, as one node sees it.</summary>
public enum ClusterEventKind
{
    /// <summary>This node learnt who the members are: it started, or was taken in.</summary>
    MembersKnown,
    LeaderElected,
    LeaderLost,

    /// <summary>A term began in which nobody leads yet.</summary>
    TermChanged,

    /// <summary>Somebody wants to become a member.</summary>
    MemberJoining,
    MemberJoined,
    MemberPromoted,
    MemberDemoted,

    /// <summary>A member does not answer this node, while the gossip has it for alive.</summary>
    MemberSuspected,
    MemberFailed,
    MemberRecovered,

    /// <summary>A member has other addresses.</summary>
    MemberMoved,

    /// <summary>A node of the same name, without the old one's data, took a member's place.</summary>
    MemberReplaced,
    MemberRemoved,

    /// <summary>Who was a member said farewell.</summary>
    MemberLeft,
    NodeReady,
    NodeNotReady,
    NodeStopping,
}

/// <summary>Something happened to the cluster.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Member">Whom it is about; null if it is about nobody.</param>
/// <param name="Term">The term that this node was in then.</param>
/// <param name="Sentence">The same for people, on one line.</param>
public sealed record ClusterChange(ClusterEventKind Kind, string? Member, Term Term, string Sentence);

/// <summary>A change as a node noted it.</summary>
/// <param name="Id">
/// Grows from event to event. It begins as the time in milliseconds since 1970, so that it goes on growing when the node is
/// started again, and means about the same on another node.
/// </param>
/// <param name="Time">When the node noted it, on its wall clock.</param>
/// <param name="Change">What happened.</param>
public sealed record ClusterEvent(long Id, DateTimeOffset Time, ClusterChange Change);
