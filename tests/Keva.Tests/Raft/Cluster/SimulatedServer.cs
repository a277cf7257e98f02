using System.Buffers.Binary;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Membership;
using Keva.Raft.Messages;
using Keva.Simulator.Rules;

namespace Keva.Tests.Raft.Cluster;

/// <summary>
/// A server with its disk: it starts, runs, crashes and starts again. All inputs to its driver pass through here, and
/// after each of the driver's steps the rules are checked.
/// </summary>
internal sealed class SimulatedServer : IPeerPort, IClientPort, IRuledServer
{
    private readonly SimulatedWorld world;
    private readonly SimulatedStateMachine machine;
    private readonly Dictionary<ulong, Term> waitingProposals = [];
    private readonly List<ConfirmedRead> waitingReads = [];
    private readonly Dictionary<long, long> readOfRequest = [];
    private readonly SortedDictionary<InputSource, Queue<(Func<string> What, Action<RaftDriver> Input)>> held = [];
    private RaftDriver? driver;
    private Leadership leadership;
    private long runsAgainAt;
    private bool flushPlanned;

    public SimulatedServer(int number, SimulatedWorld world, ClusterConfiguration configuration)
    {
        Number = number;
        this.world = world;
        Journal = new SimulatedJournal(world.Schedule, world.Random, world.Plan)
        {
            OnPersisted = sequence => Input(InputSource.Disk, () => $"persisted {sequence}", driver => driver.OnPersisted(sequence)),
        };
        machine = new SimulatedStateMachine(world.Schedule, world.Random, world.Plan, configuration) { Events = MachineEvents() };
    }

    public int Number { get; }

    public NodeId Id => new((ulong)Number);

    public int Incarnation { get; private set; }

    public bool IsRunning => driver is not null;

    public RaftDriver Driver => driver ?? throw new InvalidOperationException("the server is down");

    public SimulatedJournal Journal { get; }

    public SimulatedStateMachine Machine => machine;

    public LogMirror Mirror { get; private set; } = new();

    public LogIndex CheckedCommit { get; set; }

    public bool IsPaused => runsAgainAt > world.Schedule.Now;

    /// <summary>What this server tells its clients about who leads.</summary>
    public Leadership Leadership => leadership;

    string IRuledServer.Name => $"n{Number}";

    RaftCore IRuledServer.Core => Driver.Core;

    HardState IRuledServer.DurableHardState => Journal.Disk.HardState;

    public bool HoldsDurably(EntryId id) => Journal.Disk.Holds(id) || machine.Checkpoint.Index >= id.Index;

    public void Start()
    {
        Incarnation++;
        var recovered = Recovery.Combine(Journal.Disk.Recover(), machine.Checkpoint, machine.Configuration);
        var options = world.Plan.Options;
        var core = new RaftCore(options, Id, recovered.HardState, recovered.Log, recovered.Configuration, new Random(world.Random.Next()));
        driver = new RaftDriver(GroupId.Zero, options, core, new RaftPorts(Journal, this, machine, machine, this), recovered.Reset);
        leadership = new Leadership(core.Term, core.Leader);
        Mirror = new LogMirror();
        CheckedCommit = LogIndex.Zero;
        world.Trace(this, () => $"starts with {recovered.HardState}, log {recovered.Log.Start}..{recovered.Log.LastEntry}");
        world.Rules.Check(this);
        if (Journal.IsStalled)
        {
            Input(InputSource.Disk, () => "stalled", d => d.OnJournalStalled());
        }

        var started = Incarnation;
        world.Schedule.After(world.Random.NextInt64(FaultPlan.TickMilliseconds), () => TickFrom(started));
    }

    public void Crash()
    {
        world.Trace(this, () => "crashes");
        driver = null;
        flushPlanned = false;
        runsAgainAt = 0;
        waitingProposals.Clear();
        waitingReads.Clear();
        readOfRequest.Clear();
        held.Clear();
        Journal.Crash();
        machine.Crash();
    }

    /// <summary>The process stands still, as in a long garbage collection; its inputs wait.</summary>
    public void Pause(long milliseconds)
    {
        if (!IsRunning || IsPaused)
        {
            return;
        }

        world.Trace(this, () => $"pauses for {milliseconds}");
        runsAgainAt = world.Schedule.Now + milliseconds;
        var incarnation = Incarnation;
        world.Schedule.At(runsAgainAt, () =>
        {
            while (incarnation == Incarnation && !IsPaused && held.Count > 0)
            {
                TakeHeld();
            }
        });
    }

    /// <summary>Something happens to this server. It acts at once or, as a busy server does, along with what comes next.</summary>
    public void Input(InputSource source, Func<string> what, Action<RaftDriver> input)
    {
        if (driver is null)
        {
            return;
        }

        if (IsPaused || held.Count > 0)
        {
            if (!held.TryGetValue(source, out var queue))
            {
                held[source] = queue = new Queue<(Func<string> What, Action<RaftDriver> Input)>();
            }

            queue.Enqueue((what, input));
            return;
        }

        Act(what, input);
    }

    // What waits in different buffers comes in no particular order.
    private void TakeHeld()
    {
        var source = held.Keys.ElementAt(world.Random.Next(held.Count));
        var (what, input) = held[source].Dequeue();
        if (held[source].Count == 0)
        {
            held.Remove(source);
        }

        Act(what, input);
    }

    private void Act(Func<string> what, Action<RaftDriver> input)
    {
        world.Trace(this, what);
        input(Driver);
        if (world.IsHealed || world.Random.NextDouble() >= world.Plan.LateFlushRate)
        {
            Flush();
        }
        else if (!flushPlanned)
        {
            flushPlanned = true;
            var incarnation = Incarnation;
            world.Schedule.After(1 + world.Random.Next(4), () =>
            {
                if (incarnation == Incarnation && flushPlanned)
                {
                    Flush();
                }
            });
        }
    }

    public void Propose(IReadOnlyList<ulong> numbers)
    {
        var term = leadership.Term;
        foreach (var number in numbers)
        {
            world.Rules.Clients.OnProposed(number, term);
            waitingProposals.Add(number, term);
        }

        var proposals = numbers.Select(number => new Proposal(new ProposalId(1, number), PayloadOf(number))).ToArray();
        Input(InputSource.Clients, () => $"proposes {string.Join(',', numbers)} for term {term}", driver => driver.Propose(term, proposals));
    }

    /// <summary>A read with a number of its own in the whole run; each process counts its requests from one.</summary>
    public void Read(long number, bool lease)
    {
        world.Rules.Clients.OnReadRequested(number);
        var requestId = readOfRequest.Count + 1;
        readOfRequest.Add(requestId, number);
        Input(InputSource.Clients, () => $"asks for read {number}{(lease ? " by lease" : "")}", driver => driver.RequestRead(requestId, lease, world.Schedule.Time));
    }

    /// <summary>Whether a proposal of this server's clients took effect and they know it.</summary>
    public bool HasAcknowledged(ulong number) => machine.Applied.Any(entry => SimulatedStateMachine.CommandOf(entry) == number);

    public void Send(NodeId to, GroupId group, RaftMessage message)
    {
        world.Rules.OnSent(this, to, message);
        if (!world.Network.Send(Number, (int)to.Value, message))
        {
            var incarnation = Incarnation;
            world.Schedule.After(world.Random.Next(30), () =>
            {
                if (incarnation == Incarnation)
                {
                    Input(InputSource.Peers, () => $"lost touch with {to}", driver => driver.OnPeerUnreachable(to));
                }
            });
        }
    }

    public void ReadConfirmed(ConfirmedRead read)
    {
        world.Rules.Clients.OnReadConfirmed(read with { ReadId = readOfRequest[read.ReadId] });
        waitingReads.Add(read);
        ServeReads();
    }

    public void ProposalsRefused(Term proposedFor, IReadOnlyList<ProposalId> proposals, ProposalRefusal reason)
    {
        foreach (var proposal in proposals)
        {
            world.Rules.Clients.OnRefused(proposal.Sequence);
            waitingProposals.Remove(proposal.Sequence);
        }
    }

    public void LeadershipChanged(Leadership changed) => leadership = changed;

    private static ReadOnlyMemory<byte> PayloadOf(ulong number)
    {
        var bytes = new byte[8 + number % 7];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
        return bytes;
    }

    private void Flush()
    {
        flushPlanned = false;
        Driver.Flush();
        world.Rules.Check(this);
    }

    private void TickFrom(int incarnation)
    {
        if (incarnation != Incarnation || driver is null)
        {
            return;
        }

        Input(InputSource.Clock, () => "ticks", driver => driver.Tick(world.Schedule.Time));

        // Clocks run at slightly different speeds: here at most one part in ten.
        world.Schedule.After(FaultPlan.TickMilliseconds + (Number % 3 == 0 && world.Schedule.Now % 2 == 0 ? 1 : 0), () => TickFrom(incarnation));
    }

    private void ServeReads()
    {
        var served = waitingReads.RemoveAll(read => read.ReadIndex <= machine.AppliedIndex);
        if (served > 0)
        {
            world.Rules.Clients.OnReadServed(machine.AppliedIndex);
        }
    }

    private StateMachineEvents MachineEvents() => new(
        EntryApplied: entry =>
        {
            world.Rules.OnApplied(entry);
            if (waitingProposals.Remove(SimulatedStateMachine.CommandOf(entry)))
            {
                world.Rules.Clients.OnAcknowledged(entry.Index);
            }
        },
        Applied: (index, mark) =>
        {
            ServeReads();
            Input(InputSource.StateMachine, () => $"applied {index}", driver => driver.OnApplied(index, mark));
        },
        Checkpoint: index => Input(InputSource.StateMachine, () => $"checkpoint {index}", driver => driver.OnCheckpoint(index)),
        SnapshotOpened: (peer, snapshot) => Input(InputSource.StateMachine, () => $"opened snapshot {snapshot.LastEntry} for {peer}", driver => driver.OnSnapshotOpened(peer, snapshot)),
        ChunkRead: (peer, number, data, isLast) => Input(InputSource.StateMachine, () => $"read piece {number} for {peer}", driver => driver.OnSnapshotChunkRead(peer, number, data, isLast)),
        SnapshotFailed: peer => Input(InputSource.StateMachine, () => $"snapshot for {peer} failed", driver => driver.OnSnapshotFailed(peer)),
        ChunkWritten: () => Input(InputSource.StateMachine, () => "kept a piece", driver => driver.OnSnapshotChunkWritten()),
        ReceiveFailed: () => Input(InputSource.StateMachine, () => "could not keep a snapshot", driver => driver.OnSnapshotReceiveFailed()),
        SnapshotReplacedState: () => world.Rules.OnStateReplaced(machine.Applied),
        SnapshotInstalled: () =>
        {
            ServeReads();
            Input(InputSource.StateMachine, () => "installed a snapshot", driver => driver.OnSnapshotInstalled());
        });
}

/// <summary>Where a server's inputs come from; those of one source keep their order.</summary>
internal enum InputSource
{
    Peers,
    Clients,
    Disk,
    StateMachine,
    Clock,
    Operator,
}
