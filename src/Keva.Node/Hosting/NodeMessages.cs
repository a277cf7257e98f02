using Keva.Actors;
using Keva.Node.Transport;

namespace Keva.Node.Hosting;

/// <summary>Stop in good order; answered with <see cref="NodeStopped"/>.</summary>
public sealed record StopNode
{
    public static readonly StopNode Instance = new();
}

/// <summary>The node has done all it could do before it ends.</summary>
public sealed record NodeStopped
{
    public static readonly NodeStopped Instance = new();
}

/// <summary>Asks for the gateway's actor; answered with <see cref="GatewayFound"/>.</summary>
public sealed record GetGateway
{
    public static readonly GetGateway Instance = new();
}

public sealed record GatewayFound(IActorRef Gateway);

/// <summary>Asks for the gossip's actor; answered with <see cref="MembershipFound"/>, with nobody while the node loads.</summary>
public sealed record GetMembership
{
    public static readonly GetMembership Instance = new();
}

public sealed record MembershipFound(IActorRef Membership);

/// <summary>Another node introduced itself on a connection that it made.</summary>
public sealed record GreetingReceived(PeerHello Remote);

/// <summary>The node cannot start from what is in its working directory; the message says what to do.</summary>
public sealed class NodeStartException(string message) : Exception(message);

/// <summary>Asks for the consensus' actor; answered with <see cref="ConsensusFound"/>.</summary>
public sealed record GetConsensus
{
    public static readonly GetConsensus Instance = new();
}

/// <param name="Consensus">Null as long as the node is part of no cluster.</param>
public sealed record ConsensusFound(IActorRef? Consensus);

/// <summary>
/// Have this node removed from the configuration, and then take leave of the gossip; answered with <see cref="LeaveEnded"/>.
/// If it has left, its host stops it.
/// </summary>
public sealed record LeaveCluster
{
    public static readonly LeaveCluster Instance = new();
}

/// <param name="Problem">Why the node is a member still; null if it has left.</param>
public sealed record LeaveEnded(Consensus.ConfigurationChangeEnded? Problem);

/// <summary>The node was removed from its cluster while it ran.</summary>
public sealed class NodeRemovedException()
    : Exception("this node was removed from its cluster; to have it join again, start it with --join and an empty working directory");
