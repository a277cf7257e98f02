using Keva.Actors;
using Keva.Journal;
using Keva.Node.Gossip;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Membership;
using Keva.Raft.Messages;

namespace Keva.Node.Consensus;

/// <summary>Proposals of this node's clients, good for one term only.</summary>
public sealed record Propose(Term Term, IReadOnlyList<Proposal> Proposals);

/// <summary>Asks for a read index; <see cref="ReadConfirmed"/> with the same id is the answer, if there is one.</summary>
public sealed record RequestReadIndex(long ReadId, bool Lease);

/// <summary>A message came from another node.</summary>
public sealed record PeerMessageReceived(NodeId From, GroupId Group, RaftMessage Message);

/// <summary>The connections to a peer are up.</summary>
public sealed record PeerConnected(NodeId Peer, string SoftwareVersion);

/// <summary>A connection to a peer is gone, and with it perhaps what was sent last.</summary>
public sealed record PeerDisconnected(NodeId Peer);

/// <summary>The journal's writes up to this one are durable.</summary>
public sealed record WritesPersisted(long Sequence);

/// <summary>The journal takes no writes until <see cref="JournalResumed"/>.</summary>
public sealed record JournalStalled(StorageProblem Problem);

public sealed record JournalResumed
{
    public static readonly JournalResumed Instance = new();
}

/// <summary>The state machine has applied up to this index.</summary>
public sealed record EntriesApplied(LogIndex Index, StateHashMark LatestMark);

/// <summary>A checkpoint up to this index is durable.</summary>
public sealed record CheckpointAdvanced(LogIndex Index);

/// <summary>Stand for election now: this node was chosen to, when the cluster was formed.</summary>
public sealed record Campaign
{
    public static readonly Campaign Instance = new();
}

/// <summary>Hand leadership over and refuse new proposals; answered with <see cref="LeadershipHandedOver"/>.</summary>
public sealed record PrepareToStop
{
    public static readonly PrepareToStop Instance = new();
}

/// <summary>This node leads no more, or there is nobody to hand over to.</summary>
public sealed record LeadershipHandedOver
{
    public static readonly LeadershipHandedOver Instance = new();
}

/// <summary>Told to the gateway: the read may be served at this index.</summary>
public sealed record ReadConfirmed(long ReadId, LogIndex ReadIndex);

/// <summary>Told to the gateway: these, made for that term, were not put into the log and never will be.</summary>
public sealed record ProposalsRefused(Term ProposedFor, IReadOnlyList<ProposalId> Proposals, ProposalRefusal Reason);

/// <summary>Told to the gateway: who leads, or the term, has changed.</summary>
public sealed record LeadershipChanged(Leadership Leadership);

/// <summary>Told to the node's actor: who the members are, and whether that is committed. Told at the start, too.</summary>
public sealed record ConfigurationInForce(ClusterConfiguration Configuration, bool IsCommitted);

/// <summary>Told to the node's actor: the cluster has removed this node, and the node cannot see that in its log.</summary>
public sealed record MembershipHasEnded
{
    public static readonly MembershipHasEnded Instance = new();
}

/// <summary>Whom messages can be sent to from now on, and where members are reached.</summary>
/// <param name="Actors">The actor of each node, member or not.</param>
/// <param name="Addresses">Where each is; for those not in it the configuration's addresses count.</param>
public sealed record PeersChanged(IReadOnlyDictionary<NodeId, IActorRef> Actors, IReadOnlyDictionary<NodeId, MemberAddresses> Addresses);

/// <summary>The nodes of this cluster that gossip knows, this one among them.</summary>
public sealed record CandidatesChanged(IReadOnlyList<GossipPeer> Peers);

/// <summary>Have the configuration changed, through whoever leads; answered with <see cref="ConfigurationChangeEnded"/>.</summary>
public sealed record ChangeConfiguration(ConfigurationChange Change);

/// <param name="Refusal">Why not; <see cref="ConfigurationRefusal.None"/> if the change is complete.</param>
/// <param name="Problem">For <see cref="ConfigurationRefusal.Invalid"/>: why, for people.</param>
public sealed record ConfigurationChangeEnded(ConfigurationRefusal Refusal, string Problem);

/// <summary>Have leadership handed over; answered with <see cref="TransferBegun"/>.</summary>
/// <param name="Target">To whom; none for whoever is furthest.</param>
public sealed record TransferLeadership(NodeId Target);

/// <param name="IsUnderWay">False if nobody leads, or there is nobody to hand over to.</param>
public sealed record TransferBegun(bool IsUnderWay);
