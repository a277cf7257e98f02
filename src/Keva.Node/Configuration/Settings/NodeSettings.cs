using System.Collections.Immutable;

namespace Keva.Node.Configuration;

/// <summary>
/// All that a node is told from outside, checked. Immutable. Defaults are nowhere in code: they are in
/// <c>hocon/reference.conf</c>, so that there is one place to read them.
/// </summary>
public sealed record NodeSettings
{
    /// <summary>This node's unique name: 1 to 64 of <c>A–Z a–z 0–9 . _ -</c>, the first a letter or digit.</summary>
    public required string Identity { get; init; }

    /// <summary>Where the node keeps its data. Relative paths are relative to the current directory.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Nodes of different names never talk. Same characters as an identity.</summary>
    public required string ClusterName { get; init; }

    /// <summary>Where other nodes reach this one, and what it binds for them (<c>keva_port</c>).</summary>
    public required HostAndPort PeerEndpoint { get; init; }

    /// <summary>Where users reach this node, and what it binds for them (<c>user_port</c>).</summary>
    public required HostAndPort HttpEndpoint { get; init; }

    /// <summary>
    /// The members that a new cluster begins with, this node among them, in the order of their names. Empty if the node
    /// joins a cluster that exists (<see cref="JoinAddresses"/>). Only read while the working directory is empty.
    /// </summary>
    public required ImmutableArray<InitialMember> InitialMembers { get; init; }

    /// <summary>Peer addresses to find an existing cluster through; empty for a node of the first configuration.</summary>
    public ImmutableArray<HostAndPort> JoinAddresses { get; init; } = [];

    public required RaftSettings Raft { get; init; }

    public required JournalSettings Journal { get; init; }

    public required StoreSettings Store { get; init; }

    public required HttpSettings Http { get; init; }

    public required TransportSettings Transport { get; init; }

    public required GossipSettings Gossip { get; init; }

    public required MembershipSettings Membership { get; init; }

    public required ActorSettings Actors { get; init; }

    public required LoggingSettings Logging { get; init; }

    public required TelemetrySettings Telemetry { get; init; }

    public required WarningSettings Warnings { get; init; }
}

/// <summary>A member that a new cluster begins with.</summary>
/// <param name="Name">Its identity.</param>
/// <param name="PeerEndpoint">Where other nodes reach it.</param>
/// <param name="HttpEndpoint">Where users reach it.</param>
public sealed record InitialMember(string Name, HostAndPort PeerEndpoint, HostAndPort HttpEndpoint);
