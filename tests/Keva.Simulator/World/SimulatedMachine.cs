using System.Net;
using Keva.Journal.Simulation;
using Keva.Node.Configuration;
using Keva.Raft;
using Keva.Simulator.Plans;

namespace Keva.Simulator.World;

/// <summary>One machine: a disk that outlives processes, and at most one process of a node.</summary>
internal sealed class SimulatedMachine(int number, DiskPlan plan, Dice dice)
{
    public const int FirstPort = 3700;

    private readonly SimulatedIdentity identity = new($"n{number}", dice.Fork());
    private NodeId? lostMember;

    // What the disk held before it was wiped.
    private DurableLog? wiped;
    private LogIndex wipedCheckpoint;

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

    /// <summary>The member that this machine is, or was before its data was lost.</summary>
    public NodeId Member => lostMember ?? identity.Current.Node;

    public SimulatedProcess? Process { get; set; }

    public int Incarnations { get; set; }

    /// <summary>How its data was lost for good, so that as far as its cluster is concerned it will not come back; null if it was not.</summary>
    public FaultKind? Loss { get; set; }

    public bool IsLost => Loss is not null;

    /// <summary>The disk has failed, so that the node is expected to stop.</summary>
    public bool HasFailedDisk { get; set; }

    public bool IsRunning => Process is not null;

    /// <summary>Whether its disk held this entry when anybody last wrote to it; what a wiped disk had counts, for it was acknowledged.</summary>
    public bool HoldsDurably(EntryId id) =>
        Durable.Holds(id)
        || (Checkpoint.Metadata is { } checkpoint && checkpoint.Applied.Index >= id.Index)
        || (wiped is not null && (wiped.Holds(id) || wipedCheckpoint >= id.Index));

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

    /// <summary>A new disk, and with it a new identity.</summary>
    public void Wipe()
    {
        wiped = Durable;
        wipedCheckpoint = Checkpoint.Metadata?.Applied.Index ?? LogIndex.Zero;
        Durable = new DurableLog(Name);
        Journal.Wipe();
        Checkpoint.Wipe();
        lostMember = Member;
        Identity.Wipe();
    }
}
