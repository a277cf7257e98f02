using Keva.Raft;
using Keva.Raft.Membership;

namespace Keva.Node.Transport;

/// <summary>
/// Which of a peer's two connections this is. Heartbeats, votes and answers travel apart from log entries and
/// snapshots, so that they never wait behind bulk data.
/// </summary>
public enum PeerLane : byte
{
    Control = 0,
    Bulk = 1,
}

/// <summary>Names one cluster for good. Zero: the node belongs to no cluster yet.</summary>
public readonly record struct ClusterId(ulong Value)
{
    public static readonly ClusterId None = new(0);

    public bool IsNone => Value == 0;

    /// <summary>Sixteen hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>What two nodes tell each other first on every connection.</summary>
/// <param name="ClusterName">The configured name; different names never talk.</param>
/// <param name="Cluster">The cluster the node belongs to, or none while it is still forming one.</param>
/// <param name="Node">The id in the node's working directory.</param>
/// <param name="Name">The node's identity in the configuration.</param>
/// <param name="PeerAddress">Where other nodes reach it, <c>host:port</c>.</param>
/// <param name="HttpAddress">Where users reach it, <c>host:port</c>.</param>
/// <param name="SoftwareVersion">For people to read.</param>
/// <param name="FirstConfiguration">The configuration that the cluster was formed with, once it is formed.</param>
public sealed record PeerHello(
    string ClusterName,
    ClusterId Cluster,
    NodeId Node,
    string Name,
    string PeerAddress,
    string HttpAddress,
    string SoftwareVersion,
    ClusterConfiguration? FirstConfiguration);
