using Keva.Raft;
using Keva.Raft.Membership;

namespace Keva.Simulator.World;

/// <summary>
/// Who may lose its data, or leave, without the cluster being lost: in every configuration that is or may come into force, a
/// majority of the voters has its data still.
/// </summary>
internal sealed class Electorate(SimulatedCluster cluster)
{
    // With how many requests are open to remove each.
    private readonly SortedDictionary<NodeId, int> mayBeRemoved = [];

    /// <summary>That node may be removed from now on, at any time.</summary>
    public void OnRemovalAsked(NodeId node) => mayBeRemoved[node] = mayBeRemoved.GetValueOrDefault(node) + 1;

    /// <summary>It is gone, or it was not removed and will not be.</summary>
    public void OnRemovalEnded(NodeId node)
    {
        if (--mayBeRemoved[node] == 0)
        {
            mayBeRemoved.Remove(node);
        }
    }

    /// <summary>Whether the cluster survives that this machine's data is gone.</summary>
    public bool MayLose(SimulatedMachine victim) => Configurations().All(configuration => IsSafe(configuration, victim.Node, NodeId.None));

    /// <summary>Whether the cluster survives that this node is removed.</summary>
    public bool MayRemove(NodeId node) => Configurations().All(configuration => IsSafe(configuration, NodeId.None, node));

    private IEnumerable<ClusterConfiguration> Configurations()
    {
        var committed = cluster.Rules.Raft.Configurations.Committed;
        return cluster.Machines.Select(machine => machine.Configuration).Append(committed).OfType<ClusterConfiguration>();
    }

    private bool IsSafe(ClusterConfiguration configuration, NodeId lost, NodeId removed)
    {
        bool HasData(NodeId node) => node != lost && cluster.Machines.Any(machine => machine.Node == node && machine.HasData);
        bool MayGo(NodeId node) => HasData(node) && (node == removed || mayBeRemoved.ContainsKey(node));

        // A learner may be promoted in the moment in which it loses its data.
        var burden = configuration.Learners.Count(learner => !HasData(learner));
        bool IsQuorate(IReadOnlyCollection<NodeId> voters) => voters.Count(HasData) > (voters.Count + burden) / 2;

        return new[] { configuration.Voters, configuration.OutgoingVoters }
            .Where(voters => !voters.IsEmpty)
            .All(voters => IsQuorate([.. voters]) && IsQuorate([.. voters.Where(voter => !MayGo(voter))]));
    }
}
