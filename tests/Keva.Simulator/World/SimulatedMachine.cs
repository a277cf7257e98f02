using System.Net;
using Keva.Journal.Simulation;
using Keva.Node.Configuration;
using Keva.Raft;
using Keva.Raft.Membership;
using Keva.Simulator.Plans;

namespace Keva.Simulator.World;

/// <summary>One machine: a disk that outlives processes, and at most one process of a node.</summary>
internal sealed class SimulatedMachine(int number, DiskPlan plan, Dice dice)
{
    public const int FirstPort = 3700;

    private readonly SimulatedIdentity identity = new($"n{number}", dice.Fork());

    // What the disk held under each identity that was wiped from it.
    private readonly Dictionary<NodeId, (DurableLog Log, LogIndex Checkpoint)> wiped = [];

    public int Number { get; } = number;

    public string Name { get; } = $"n{number}";

    /// <summary>The port that it is reached at now.</summary>
    public int Port { get; private set; } = FirstPort;

    /// <summary>Where its peers reach it.</summary>
    public HostAndPort PeerAddress => new(Name, Port);

    /// <summary>The same, as gossip has it.</summary>
    public IPEndPoint GossipAddress => new(new IPAddress([10, 0, 0, (byte)Number]), Port);

    public SimulatedJournalDisk Journal { get; } = new();

    public SimulatedCheckpointDisk Checkpoint { get; } = new();

    public SimulatedIdentity Identity => identity;

    public DurableLog Durable { get; private set; } = new($"n{number}");

    /// <summary>The node that its disk makes it.</summary>
    public NodeId Node => identity.Current.Node;

    public SimulatedProcess? Process { get; set; }

    /// <summary>The configuration that its node used last; null if it never had one.</summary>
    public ClusterConfiguration? Configuration { get; set; }

    public int Incarnations { get; set; }

    /// <summary>How its data was damaged so that its node must refuse it; null if it was not.</summary>
    public FaultKind? Damage { get; set; }

    /// <summary>Whether its disk makes it a node of the cluster that can go on where it was.</summary>
    public bool HasData => identity.Current.IsFormed && Damage is null;

    /// <summary>Whether its node is started to join, as one is that the cluster did not begin with or that was removed.</summary>
    public bool MustJoin { get; set; }

    /// <summary>Whether it lost its data once.</summary>
    public bool WasWiped => wiped.Count > 0;

    /// <summary>The disk has failed, so that the node is expected to stop.</summary>
    public bool HasFailedDisk { get; set; }

    public bool IsRunning => Process is not null;

    /// <summary>
    /// Whether the disk of that node held this entry when anybody last wrote to it; what a wiped disk had counts, for it was
    /// acknowledged.
    /// </summary>
    public bool HoldsDurably(NodeId node, EntryId id) =>
        node == Node
            ? Durable.Holds(id) || (Checkpoint.Metadata is { } checkpoint && checkpoint.Applied.Index >= id.Index)
            : wiped.TryGetValue(node, out var old) && (old.Log.Holds(id) || old.Checkpoint >= id.Index);

    /// <summary>As fast as it is meant to be, with space, and without a fault.</summary>
    public void MendDisk()
    {
        Journal.IsFull = Journal.IsFailing = false;
        Checkpoint.IsFull = Checkpoint.IsFailing = false;
        HasFailedDisk = false;
        Journal.MinimumLatency = plan.MinimumSync;
        Journal.MaximumLatency = plan.MaximumSync;
        Checkpoint.MinimumLatency = plan.MinimumSync;
        Checkpoint.MaximumLatency = plan.MaximumCheckpointStep;
    }

    /// <summary>It gets another address.</summary>
    public void Move() => Port++;

    /// <summary>A new disk, and with it a new identity.</summary>
    public void Wipe()
    {
        wiped[Node] = (Durable, Checkpoint.Metadata?.Applied.Index ?? LogIndex.Zero);
        Durable = new DurableLog(Name);
        Journal.Wipe();
        Checkpoint.Wipe();
        Damage = null;
        Configuration = null;
        Identity.Wipe();
    }
}
