using Keva.Node.Configuration;
using Keva.Simulator.World;

namespace Keva.Simulator.Plans;

/// <summary>
/// What one seed is about: the cluster, its load, and which faults are on and how hard. Every seed has a mix of its own
/// ("swarm testing", Groce et al. 2012), because a fault that is always there hides what happens without it.
/// </summary>
internal sealed record SimulationPlan
{
    public required int Nodes { get; init; }

    /// <summary>How long clients work and faults go on before all is healed.</summary>
    public required TimeSpan Duration { get; init; }

    public required NetworkPlan Network { get; init; }

    public required DiskPlan Disk { get; init; }

    public required FaultPlan Faults { get; init; }

    public required WorkloadPlan Workload { get; init; }

    public required MembershipPlan Membership { get; init; }

    /// <summary>Settings of all nodes; the name and the addresses in them are no node's.</summary>
    public required NodeSettings Settings { get; init; }

    /// <summary>By how much each node's snapshots are cut into larger pieces than those of the one before it.</summary>
    public required int ChunkBytesStep { get; init; }

    public static SimulationPlan Draw(Dice dice)
    {
        var nodes = dice.Pick([1, 2, 3, 3, 3, 3, 3, 4, 5, 5, 5, 6, 7]);
        var faults = FaultPlan.Draw(dice, nodes);
        var settings = DrawSettings(dice);
        if (dice.Chance(0.2))
        {
            (faults, settings) = (faults.WithLongAbsences(), WithShortLogs(dice, settings));
        }

        var membership = MembershipPlan.Draw(dice, nodes);
        settings = settings with
        {
            Membership = settings.Membership with
            {
                Voters = dice.Chance(0.25) ? dice.Between(1, 4) : settings.Membership.Voters,
                BootstrapExpect = membership.Founders == 0 ? nodes : 0,
            },
        };
        return new SimulationPlan
        {
            Membership = membership,
            Nodes = nodes,
            Duration = dice.Between(TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(75)),
            Network = NetworkPlan.Draw(dice),
            Disk = DiskPlan.Draw(dice),
            Faults = faults,
            Workload = WorkloadPlan.Draw(dice, leases: faults.KeepsLeasePromise),
            Settings = settings,
            ChunkBytesStep = dice.Chance(0.5) ? 0 : dice.Between(10, 500),
        };
    }

    // Whoever was away needs a snapshot.
    private static NodeSettings WithShortLogs(Dice dice, NodeSettings settings) => settings with
    {
        Raft = settings.Raft with { RetainedLogEntries = dice.Between(0, 5), RetainedLogBytes = 0 },
        Journal = settings.Journal with { CheckpointInterval = dice.Between(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(500)) },
    };

    // Small limits, so that windows fill, logs are trimmed, and snapshots have many pieces.
    private static NodeSettings DrawSettings(Dice dice)
    {
        var settings = DefaultSettings.Value;
        var requestTimeout = dice.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        return settings with
        {
            Raft = settings.Raft with
            {
                HeartbeatInterval = TimeSpan.FromMilliseconds(25 * dice.Between(2, 6)),
                MaxAppendBytes = dice.Chance(0.5) ? dice.Between(100, 2000) : 256 * 1024,
                MaxInflightAppends = dice.Chance(0.5) ? dice.Between(1, 4) : 64,
                MaxInflightBytes = dice.Chance(0.5) ? dice.Between(200, 10_000) : 4 * 1024 * 1024,
                MaxUncommittedBytes = dice.Chance(0.3) ? dice.Between(500, 20_000) : 64 * 1024 * 1024,
                MaxUnappliedBytes = dice.Chance(0.3) ? dice.Between(200, 5_000) : 16 * 1024 * 1024,
                SnapshotChunkBytes = dice.Between(100, 4_000),
                SnapshotRetryInterval = dice.Between(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1)),
                SnapshotTransferTimeout = dice.Between(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10)),
                RetainedLogEntries = dice.Chance(0.7) ? dice.Between(0, 40) : 20_000,
                RetainedLogBytes = dice.Chance(0.5) ? dice.Between(0, 4_000) : 16 * 1024 * 1024,
            },
            Journal = settings.Journal with
            {
                CheckpointInterval = dice.Spread(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(8)),
                CheckpointMaxLogBytes = dice.Chance(0.5) ? dice.Between(200, 20_000) : 16 * 1024 * 1024,
            },
            Http = settings.Http with
            {
                RequestTimeout = requestTimeout,
                LeaderWait = requestTimeout * dice.Between(0.3, 1),
                MaxQueuedBytes = dice.Chance(0.2) ? dice.Between(1_000, 20_000) : settings.Http.MaxQueuedBytes,
            },
            Transport = settings.Transport with
            {
                ConnectTimeout = dice.Between(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(3)),
                DeadPeerTimeout = dice.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(6)),
            },
            Gossip = DrawGossip(dice, settings.Gossip),
        };
    }

    // Slower than the defaults: most of what gossip does in a quiet moment is asking whether all are there.
    private static GossipSettings DrawGossip(Dice dice, GossipSettings settings)
    {
        var probeInterval = dice.Between(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2));
        return settings with
        {
            ProbeInterval = probeInterval,
            ProbeTimeout = probeInterval * dice.Between(0.2, 0.6),
            SuspicionMultiplier = dice.Between(1, 5),
            GossipInterval = dice.Between(TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(500)),
            GossipNodes = dice.Between(1, 4),
            PushPullInterval = dice.Between(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30)),
            ReconnectInterval = dice.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)),
            DeadNodeReclaimTime = dice.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)),
            Compression = dice.Chance(0.2),
        };
    }
}
