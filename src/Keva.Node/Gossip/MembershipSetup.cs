using Keva.Node.Configuration;
using Keva.Node.Transport;
using Keva.Raft;
using Keva.Serf;
using Microsoft.Extensions.Logging;

namespace Keva.Node.Gossip;

/// <summary>What a node's gossip is told about itself and its surroundings.</summary>
/// <param name="Node">The node's id.</param>
/// <param name="Name">Its name, which no other node in the gossip may have.</param>
/// <param name="ClusterName">The name of its cluster.</param>
/// <param name="Cluster">The id of its cluster; none while it is in none.</param>
/// <param name="PeerAddress">Where other nodes reach it.</param>
/// <param name="HttpAddress">Where users reach it.</param>
/// <param name="Version">Its software.</param>
/// <param name="Settings">How often and how patiently it gossips.</param>
/// <param name="Network">The way to others.</param>
/// <param name="Clock">Monotonic time.</param>
/// <param name="Random">The dice of the protocol.</param>
/// <param name="Keys">What it encrypts with.</param>
/// <param name="Logger">Where the log goes.</param>
/// <param name="Statistics">Where numbers are left.</param>
public sealed record MembershipSetup(
    NodeId Node,
    string Name,
    string ClusterName,
    ClusterId Cluster,
    string PeerAddress,
    string HttpAddress,
    string Version,
    GossipSettings Settings,
    IGossipNetwork Network,
    TimeProvider Clock,
    Random Random,
    IGossipKeys Keys,
    ILogger Logger,
    GossipStatistics Statistics);

/// <summary>What encrypting takes: keys that outlive the process, and nonces.</summary>
public interface IGossipKeys
{
    /// <summary>What the node begins with.</summary>
    Keyring Initial { get; }

    /// <summary>A cryptographic random number generator.</summary>
    NonceSource Nonces { get; }

    /// <summary>Keeps the keyring durably, without making the caller wait; then calls back, with what went wrong or null.</summary>
    void Save(Keyring keyring, Action<string?> saved);
}
