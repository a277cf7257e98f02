using Keva.Node.Transport;
using Keva.Raft;
using Keva.Serf;

namespace Keva.Node.Gossip;

/// <summary>
/// The nodes at these addresses, <c>host:port</c>, are the seeds from now on. They are joined, and again after growing
/// pauses as long as nobody else is alive in this node's view.
/// </summary>
public sealed record JoinGossip(IReadOnlyList<string> Addresses);

/// <summary>This node is part of that cluster now, or of none yet; while it is joining, its tags say so.</summary>
public sealed record OwnTagsChanged(ClusterId Cluster, bool IsJoining);

/// <summary>
/// The connection to the node of this name broke. It may have failed: it is looked after at once and not when its turn
/// comes.
/// </summary>
public sealed record PeerConnectionLost(string Name);

/// <summary>Take leave, so that the others see a node that left and not one that failed; answered with <see cref="GossipLeft"/>.</summary>
public sealed record LeaveGossip
{
    public static readonly LeaveGossip Instance = new();
}

/// <summary>The farewell is said; nothing is gossiped any more.</summary>
public sealed record GossipLeft
{
    public static readonly GossipLeft Instance = new();
}

/// <summary>
/// Told to the node's actor whenever it differs from the last time: the nodes of this kind that gossip knows, whatever
/// their status, this one among them, by name in ordinal order.
/// </summary>
public sealed record GossipPeersChanged(IReadOnlyList<GossipPeer> Peers);

/// <summary>A node of this kind as gossip knows it.</summary>
/// <param name="Node">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="ClusterName">The cluster that it is in or wants to be in.</param>
/// <param name="Cluster">That cluster's id; none while it is not part of it.</param>
/// <param name="PeerAddress">Where other nodes reach it.</param>
/// <param name="HttpAddress">Where users reach it.</param>
/// <param name="Version">Its software.</param>
/// <param name="IsJoining">Whether it says that it is not a full member yet.</param>
/// <param name="Status">Whether it is there.</param>
public sealed record GossipPeer(
    NodeId Node,
    string Name,
    string ClusterName,
    ClusterId Cluster,
    string PeerAddress,
    string HttpAddress,
    string Version,
    bool IsJoining,
    MemberStatus Status);

/// <summary>Told to the node's actor: another node holds this node's name, and this one must stop. The reason is for people.</summary>
public sealed record OwnNameLost(string Reason);
