using Keva.Node.Gossip;
using Keva.Node.Transport;
using GossipStatus = Keva.Serf.MemberStatus;

namespace Keva.Node.Formation;

/// <summary>
/// How a node that was started to join finds its cluster: by what the other nodes say of themselves in the gossip. If none of
/// them is in a cluster yet and as many as expected are there, these form one (<see cref="ClusterFormation"/>).
/// </summary>
/// <param name="clusterName">The cluster's name.</param>
/// <param name="self">This node's name.</param>
/// <param name="expected">How many nodes form a cluster if there is none; 0: they never do.</param>
public sealed class ClusterSearch(string clusterName, string self, int expected)
{
    /// <summary>The cluster to join, once there is one.</summary>
    public ClusterId Found { get; private set; }

    /// <summary>The nodes that form a cluster together, this one among them; empty as long as they are too few.</summary>
    public IReadOnlyList<GossipPeer> Founders { get; private set; } = [];

    /// <summary>What is waited for, in words.</summary>
    public string Obstacle { get; private set; } = "no other node was found yet";

    /// <param name="peers">All nodes that gossip knows, this one among them, by name.</param>
    public void OnPeers(IReadOnlyList<GossipPeer> peers)
    {
        var alive = peers.Where(peer => peer.Status == GossipStatus.Alive && peer.ClusterName == clusterName).ToArray();
        var clusters = alive.Where(peer => !peer.Cluster.IsNone).Select(peer => peer.Cluster).Distinct().ToArray();
        if (clusters is [var only])
        {
            Found = only;
            return;
        }

        if (clusters.Length > 1)
        {
            Obstacle = $"the seeds lead to {clusters.Length} clusters of the name '{clusterName}' ({string.Join(", ", clusters)}); "
                + "name seeds of one of them only";
            return;
        }

        Wait(alive);
    }

    private void Wait(GossipPeer[] alive)
    {
        var founders = alive.Take(expected).ToArray();
        if (expected > 0 && founders.Length == expected && founders.Any(founder => founder.Name == self))
        {
            Founders = founders;
            Obstacle = "all nodes that are to form the cluster must reach each other";
            return;
        }

        var others = alive.Count(peer => peer.Name != self);
        Obstacle = expected == 0
            ? $"{Nodes(others)} found, none of them in a cluster; start one node without --join, or set membership.bootstrap-expect on all"
            : $"{alive.Length} of the {expected} nodes are there that form the cluster together";
    }

    private static string Nodes(int count) => count == 1 ? "one other node was" : $"{count} other nodes were";
}
