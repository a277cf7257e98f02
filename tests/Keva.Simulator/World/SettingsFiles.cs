using System.Collections.Immutable;
using Keva.Node.Configuration;
using Keva.Raft.Membership;

namespace Keva.Simulator.World;

/// <summary>What people write into a node's settings before they start it: who founds the cluster, or where to join it.</summary>
internal sealed class SettingsFiles(SimulatedCluster cluster)
{
    private const int HttpPort = 3800;

    private ClusterConfiguration? Committed => cluster.Rules.Raft.Configurations.Committed;

    private int Founders => cluster.Plan.Membership.Founders;

    public NodeSettings For(SimulatedMachine machine)
    {
        var plan = cluster.Plan;

        // Founders that are new, all of them, found a cluster: so people have them join when others have come to the one that
        // there is. If all machines are founders, a majority of them has its data.
        var mustJoin = machine.MustJoin || (machine.WasWiped && Founders < cluster.Machines.Count);
        return plan.Settings with
        {
            Identity = machine.Name,
            WorkingDirectory = machine.Name,
            PeerEndpoint = machine.PeerAddress,
            HttpEndpoint = new HostAndPort(machine.Name, HttpPort),
            InitialMembers = mustJoin ? [] : FoundersNow(),
            JoinAddresses = mustJoin ? [SomebodyElse(machine).PeerAddress] : [],
            Raft = plan.Settings.Raft with { SnapshotChunkBytes = plan.Settings.Raft.SnapshotChunkBytes + (machine.Number * plan.ChunkBytesStep) },
        };
    }

    // Whoever moves a node writes it into the files of those that start later.
    private ImmutableArray<InitialMember> FoundersNow() =>
        [.. cluster.Machines.Take(Founders).Select(machine => new InitialMember(machine.Name, machine.PeerAddress, new HostAndPort(machine.Name, HttpPort)))];

    /// <summary>Whom a machine is told to join: one that is in the cluster; while there is none, the first.</summary>
    private SimulatedMachine SomebodyElse(SimulatedMachine machine)
    {
        var members = cluster.Machines.Where(other => other != machine && other.HasData && Committed?.Find(other.Node) is not null).ToArray();
        return members.Length > 0 ? cluster.Dice.Pick(members) : cluster.Machines[machine.Number == 1 && cluster.Machines.Count > 1 ? 1 : 0];
    }
}
