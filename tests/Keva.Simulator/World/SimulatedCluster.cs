using Keva.Actors.Simulation;
using Keva.Node.Consensus;
using Keva.Node.Gateway;
using Keva.Node.Gossip;
using Keva.Node.Hosting;
using Keva.Node.State;
using Keva.Raft;
using Keva.Raft.Messages;
using Keva.Raft.Roles;
using Keva.Simulator.Faults;
using Keva.Simulator.Network;
using Keva.Simulator.Plans;
using Keva.Simulator.Rules;
using Keva.Simulator.Situations;
using Keva.Simulator.Workload;
using Keva.Store;
using Microsoft.Extensions.Logging;
using static Keva.Simulator.Rules.Rule;

namespace Keva.Simulator.World;

/// <summary>A whole cluster from one seed: machines, network, clients, what goes wrong, and the rules that must hold.</summary>
internal sealed class SimulatedCluster
{
    private const string ConsensusActor = "raft";
    private const string StoreActorName = "store";
    private const string NodeActorName = "node";

    private readonly Dictionary<DeterministicHost, SimulatedProcess> processOf = [];
    private readonly Dictionary<SimulatedProcess, List<Action>> whenEnded = [];
    private readonly SituationWatch watch;
    private Exception? failure;

    /// <param name="seed">Decides everything.</param>
    /// <param name="trace">Gets every step as a line; null if nobody wants to read them.</param>
    public SimulatedCluster(int seed, Action<string>? trace = null)
    {
        Seed = seed;
        Dice = new Dice(seed);
        World = new DeterministicDispatcher((ulong)Dice.NextId()) { AfterStep = OnStep };
        Plan = SimulationPlan.Draw(Dice);
        Trace = new TraceRing(trace);
        Logger = new TraceLogger(line => Trace.Add(World.Now, line));
        TransportLimits = TransportLimits.Of(Plan.Settings.Transport);
        watch = new SituationWatch(Situations);
        Rules = new ClusterRules(
            new RaftRules((node, id) => Machines!.Any(machine => machine.HoldsDurably(node, id)))
            {
                OnCommitted = entry => Rules!.Store.OnCommitted(entry),
                OnOverwritten = (_, _) => watch.OnOverwritten(),
                Configurations = new ConfigurationRules { OnBegun = watch.OnChangeBegun },
            },
            new StickinessRule(Plan.Settings.Raft.ElectionTimeout),
            new StoreRules());
        Network = new SimulatedNetwork(this, Plan.Network, Dice.Fork());
        Machines = Enumerable.Range(1, Plan.Nodes).Select(number => new SimulatedMachine(number, Plan.Disk, Dice.Fork())).ToArray();
        Electorate = new Electorate(this);
        Files = new SettingsFiles(this);
        foreach (var machine in Machines.Skip(Plan.Membership.Founders))
        {
            machine.MustJoin = true;
        }
    }

    public int Seed { get; }

    public SimulationPlan Plan { get; }

    public Dice Dice { get; }

    public DeterministicDispatcher World { get; }

    public SimulatedNetwork Network { get; }

    public TransportLimits TransportLimits { get; }

    public IReadOnlyList<SimulatedMachine> Machines { get; }

    public ClusterRules Rules { get; }

    public Electorate Electorate { get; }

    private SettingsFiles Files { get; }

    public ClientHistory History { get; } = new();

    public SituationCounts Situations { get; } = new();

    public RunCounts Counts { get; } = new();

    public TraceRing Trace { get; }

    public ILogger Logger { get; }

    /// <summary>Told of moments at which a fault would hurt; null before the run begins.</summary>
    public Ambush? Ambush { get; set; }

    /// <summary>Those who change the members; null before the run begins.</summary>
    public Operators? Operators { get; set; }

    /// <summary>Whether the time of faults is over.</summary>
    public bool IsHealed { get; set; }

    /// <summary>Whether nothing has gone wrong for so long that nobody has a reason to stand for election.</summary>
    public bool IsAtPeace { get; set; }

    public IEnumerable<SimulatedProcess> Running => Machines.Where(machine => machine.IsRunning).Select(machine => machine.Process!);

    public void After(TimeSpan delay, Action action) => World.Schedule(delay, action);

    public void Note(string what) => Trace.Add(World.Now, what);

    /// <summary>Starts the node of a machine, unless it runs.</summary>
    public void Start(SimulatedMachine machine)
    {
        if (machine.IsRunning)
        {
            return;
        }

        if (machine.Incarnations > 0 && machine.Checkpoint.Metadata is { } checkpoint && machine.Journal.RowCount > 0)
        {
            Situations.Count(machine.Durable.Holds(checkpoint.Applied) ? Situation.RestartFromCheckpointAndTail : Situation.CheckpointAheadOfJournal);
        }

        var process = new SimulatedProcess(this, machine, Files.For(machine));
        machine.Process = process;
        processOf[process.Host] = process;
        Note($"{process} starts");
    }

    /// <summary>The process dies at once, as with <c>kill -9</c> or a power failure.</summary>
    public void Crash(SimulatedMachine machine)
    {
        if (machine.Process is not { } process)
        {
            return;
        }

        Note($"{process} crashes");
        Counts.Crashes++;
        if (process.IsJournalWriting)
        {
            Situations.Count(Situation.CrashWhileWriting);
        }

        if (process.Driver is null && !machine.Identity.Current.IsFormed)
        {
            Situations.Count(Situation.CrashWhileForming);
        }

        process.Crash();
        OnEnded(process);
    }

    public void Stop(SimulatedMachine machine)
    {
        if (machine.Process is { IsStopping: false } process)
        {
            Note($"{process} is stopped");
            Counts.Stops++;
            process.Stop(() => OnEnded(process));
        }
    }

    /// <summary>Calls back when the process is gone, at once if it is.</summary>
    public void WhenEnded(SimulatedProcess process, Action action)
    {
        if (process.IsEnded)
        {
            After(TimeSpan.Zero, action);
            return;
        }

        if (!whenEnded.TryGetValue(process, out var actions))
        {
            whenEnded[process] = actions = [];
        }

        actions.Add(action);
    }

    public void OnSent(SimulatedProcess from, NodeId to, RaftMessage message)
    {
        Counts.Messages++;
        if (from.Driver is not null)
        {
            Guard(() =>
            {
                Rules.Raft.OnSent(from, to, message);
                Rules.Stickiness.OnSent(from, to, message, World.Now);
            });
            watch.OnSent(from, to, message);
            OnMoment(message, from.Machine);
        }
    }

    public void OnArrived(SimulatedProcess from, SimulatedProcess receiver, RaftMessage message)
    {
        receiver.OnArrived(from);
        if (receiver.Driver is not null)
        {
            Rules.Stickiness.OnArrived(receiver, from.Id, message, World.Now);
        }

        var (one, other) = (from.Machine.Identity.Current.Cluster, receiver.Machine.Identity.Current.Cluster);
        Guard(() => Require(one == 0 || other == 0 || one == other, "two clusters never mix", $"{from} of {one} talks to {receiver} of {other}"));
        watch.OnArrived(receiver, message);
    }

    public void OnCorrupted(SimulatedProcess receiver)
    {
        Note($"{receiver} hangs up on a damaged frame");
        Situations.Count(Situation.FrameCorrupted);
    }

    public void OnDatagramCorrupted() => Situations.Count(Situation.DatagramCorrupted);

    public void OnRefused(KevaError error) => watch.OnRefused(error);

    public void OnPaused(SimulatedProcess process) => watch.OnPaused(process);

    public void OnStateReplaced(SimulatedProcess process, StateMachine state)
    {
        Counts.Snapshots++;
        Ambush?.On(Moment.SnapshotInPlace, process.Machine);
        watch.OnSnapshotInstalled(process.Mirror.Last.Index > process.CheckedCommit);
        Guard(() => Rules.Store.CheckState(process.Name, state));
    }

    public void OnJournal(SimulatedProcess process, JournalIncident incident)
    {
        if (incident != JournalIncident.Trimmed)
        {
            Note($"{process} journal: {incident}");
        }

        switch (incident)
        {
            case JournalIncident.Trimmed:
                Situations.Count(Situation.JournalTrimmed);
                break;
            case JournalIncident.RecoveredUnreported:
                Situations.Count(Situation.UnreportedWriteRecovered);
                break;
            case JournalIncident.Stalled:
                Situations.Count(Situation.JournalStalled);
                break;
            case JournalIncident.Resumed:
                Situations.Count(Situation.JournalResumed);
                break;
            case JournalIncident.RefusedDamage:
                Situations.Count(process.Machine.Damage == FaultKind.TearJournal ? Situation.TornRowRefused : Situation.CutOffTailRefused);
                break;
            case JournalIncident.Failed:
                Situations.Count(Situation.DiskFailed);
                break;
        }
    }

    /// <summary>An actor of a node has failed, which stops the node: that may happen only if its disk gave it a reason.</summary>
    public void OnNodeFailed(SimulatedProcess process, Exception cause)
    {
        if (process.IsEnded)
        {
            return;
        }

        Note($"{process} fails: {cause.Message}");
        var isRemoved = cause is NodeRemovedException;
        var wasTold = isRemoved && process.Core.Configuration.Find(process.Id) is not null;
        Guard(() => Require(
            process.Machine.HasFailedDisk || process.Machine.Damage is not null || process.Machine.Journal.IsFull || process.WasIdentityRefused || (isRemoved && Rules.Raft.Configurations.WasRemoved(process.Id)),
            cause is InvariantViolationException or StoreInvariantException ? "an invariant of the node itself" : "no node stops without a reason",
            $"{process}: {cause}"));
        After(TimeSpan.Zero, () =>
        {
            process.Crash();
            OnEnded(process);
            if (isRemoved)
            {
                Situations.Count(wasTold ? Situation.RemovedNodeTold : Situation.RemovedNodeStopped);
                Operators?.OnRemoved(process.Machine, wasTold);
            }
        });
    }

    /// <summary>Notes what breaks a rule where it cannot be thrown: inside of a node's actor it would be taken for a failure of the actor.</summary>
    public void Guard(Action check)
    {
        try
        {
            check();
        }
        catch (BrokenRuleException broken)
        {
            failure ??= broken;
        }
    }

    private void OnEnded(SimulatedProcess process)
    {
        processOf.Remove(process.Host);
        if (whenEnded.Remove(process, out var actions))
        {
            foreach (var action in actions)
            {
                After(Dice.Between(TimeSpan.Zero, TimeSpan.FromMilliseconds(2)), action);
            }
        }
    }

    private void OnStep(DeterministicStep step)
    {
        Trace.Add(step);
        if (step.Host is { } host && processOf.TryGetValue(host, out var process) && step.Actor is { } actor)
        {
            CheckStep(process, actor.Name, step.Message!);
        }

        if (failure is not null)
        {
            throw failure;
        }
    }

    private void CheckStep(SimulatedProcess process, string actor, object message)
    {
        watch.OnMessageHandled(process, message);
        switch (actor)
        {
            case ConsensusActor when process.Driver is not null:
                Rules.Raft.Check(process);
                CheckRole(process);
                if (message is CheckpointAdvanced)
                {
                    Ambush?.On(Moment.CheckpointWritten, process.Machine);
                }

                watch.OnServer(process);
                break;
            case NodeActorName when message is GossipPeersChanged gossiped:
                watch.OnGossip(process, gossiped.Peers, node => Running.FirstOrDefault(other => other.Id == node), World.Now);
                process.Gossiped = gossiped.Peers;
                break;
            case StoreActorName when process.State is { } state:
                if (message is ApplyEntries apply)
                {
                    CheckApplied(process, apply);
                }

                Rules.Store.CheckState(process.Name, state);
                break;
        }
    }

    private void OnMoment(RaftMessage sent, SimulatedMachine machine)
    {
        switch (sent)
        {
            case VoteRequest request:
                Ambush?.On(request.LeadershipTransfer ? Moment.TransferBegun : Moment.ElectionBegun, machine);
                break;
            case VoteResponse { Granted: true }:
                Ambush?.On(Moment.VoteCast, machine);
                break;
            case ReadIndexRequest:
                Ambush?.On(Moment.ReadAsked, machine);
                break;
            case InstallSnapshotRequest { IsLast: true }:
                Ambush?.On(Moment.SnapshotSent, machine);
                break;
        }
    }

    private void CheckRole(SimulatedProcess process)
    {
        var role = process.Core.Role;
        Require(process.StartsAsItEnded, "term and vote survive a restart", $"{process} began with {process.Core.HardState}");
        Require(!IsAtPeace || role is RoleKind.Follower or RoleKind.Leader, "peace after healing", $"{process} stands for election in term {process.Core.Term}");
        if (role != RoleKind.Leader)
        {
            return;
        }

        if (process.LastTermLed < process.Core.Term)
        {
            process.LastTermLed = process.Core.Term;
            Ambush?.On(Moment.LeaderElected, process.Machine);
        }

        // §6.2. Its own check of the quorum may take two election time-outs, of a clock that is slow.
        var horizon = World.Now - (4 * Plan.Settings.Raft.ElectionTimeout);
        Require(
            process.RunningSince > horizon
                || process.ConfiguredSince > horizon
                || RaftRules.IsMajority(process.Core.Configuration, voter => voter == process.Id || process.HasHeardSince(voter, horizon)),
            "a leader without a quorum steps down",
            $"{process} leads term {process.Core.Term} and does not hear from a majority of {ConfigurationRules.Words(process.Core.Configuration)}");
    }

    /// <summary>State Machine Safety (§3.6.3): all servers apply the same entries in the same order.</summary>
    private void CheckApplied(SimulatedProcess process, ApplyEntries message)
    {
        foreach (ref readonly var entry in message.Entries.Entries)
        {
            Require(entry.Index <= Rules.Raft.Committed, "apply only what is committed", $"{process} applies {entry.Id}");
            Require(
                Rules.Raft.CommittedAt(entry.Index).Id == entry.Id,
                "state machine safety",
                $"{process} applies {entry.Id} where {Rules.Raft.CommittedAt(entry.Index).Id} was committed");
        }
    }
}
