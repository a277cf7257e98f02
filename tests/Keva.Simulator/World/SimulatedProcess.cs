using Keva.Actors;
using Keva.Actors.Event;
using Keva.Actors.Simulation;
using Keva.Journal.Simulation;
using Keva.Node.Configuration;
using Keva.Node.Gateway;
using Keva.Node.Gossip;
using Keva.Node.Hosting;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Membership;
using Keva.Simulator.Network;
using Keva.Simulator.Rules;
using Keva.Store;

namespace Keva.Simulator.World;

/// <summary>
/// One run of a node, from its start to its end: the actors that ship, with everything of the outside world simulated.
/// </summary>
internal sealed class SimulatedProcess : INodeObserver, IRuledServer
{
    private readonly SimulatedCluster cluster;
    private readonly ActorSystem system;
    private readonly SimulatedCheckpointStore checkpoints;
    private readonly IActorRef node;

    // When a message arrived last.
    private readonly Dictionary<NodeId, TimeSpan> lastHeardFrom = [];
    private WatchedJournal? journal;
    private ClusterConfiguration? checkedConfiguration;

    public SimulatedProcess(SimulatedCluster cluster, SimulatedMachine machine, NodeSettings settings)
    {
        this.cluster = cluster;
        Machine = machine;
        Incarnation = ++machine.Incarnations;
        Id = machine.Identity.Current.Node;
        Host = cluster.World.AddHost($"{machine.Name}.{Incarnation}");
        StartedAt = RunningSince = cluster.World.Now;
        checkpoints = new SimulatedCheckpointStore(machine.Checkpoint, cluster.After, cluster.Dice.ForkRandom());
        Network = new SimulatedPeerNetwork(cluster.Network, this);
        Inbound = new InboundPeers(cluster.Logger, Host.TimeProvider);
        Views = new ClusterViewHolder(InitialView(settings));
        Gossip = new SimulatedGossip(cluster.Network, this);
        var ports = new NodePorts(
            events => journal = new WatchedJournal(
                machine.Journal, events, machine.Durable, cluster.After, cluster.Dice.ForkRandom(), incident => cluster.OnJournal(this, incident)),
            checkpoints,
            Network,
            Gossip,
            Gossip,
            machine.Identity.Open(cluster.After, IdentityProblem, () => IsEnded),
            Host.TimeProvider,
            cluster.Dice.ForkRandom(),
            cluster.Logger,
            this);
        system = ActorSystem.Create("keva", Host.Options with { GuardianSupervisorStrategy = new OneForOneStrategy(_ => Directive.Escalate) });
        system.EventStream.Subscribe<Error>(error => cluster.OnNodeFailed(this, error.Cause));
        node = system.ActorOf(Props.Create(() => new NodeActor(settings, ports, Inbound, Views)), "node");
        node.Tell(GetGateway.Instance, new ReplyRef(message => Gateway = ((GatewayFound)message).Gateway));
    }

    public SimulatedMachine Machine { get; }

    public int Incarnation { get; }

    public NodeId Id { get; }

    public string Name => Machine.Name;

    public DeterministicHost Host { get; }

    public SimulatedPeerNetwork Network { get; }

    public SimulatedGossip Gossip { get; }

    public InboundPeers Inbound { get; }

    public ClusterViewHolder Views { get; }

    /// <summary>Where clients' requests go; null for a moment after the start.</summary>
    public IActorRef? Gateway { get; private set; }

    public RaftDriver? Driver { get; private set; }

    public RaftCore Core => Driver!.Core;

    public StateMachine? State { get; private set; }

    public LogMirror Mirror { get; } = new();

    public LogIndex CheckedCommit { get; set; }

    public ClusterConfiguration? CheckedConfiguration
    {
        get => checkedConfiguration;
        set
        {
            if (!ReferenceEquals(value, checkedConfiguration))
            {
                checkedConfiguration = value;
                ConfiguredSince = cluster.World.Now;
                Machine.Configuration = value;
            }
        }
    }

    /// <summary>Since when it uses its configuration.</summary>
    public TimeSpan ConfiguredSince { get; private set; }

    /// <summary>The last entry that was told to be applied here.</summary>
    public LogIndex ToldToApply { get; set; }

    public bool IsEnded { get; private set; }

    public bool IsStopping { get; private set; }

    /// <summary>Whether it was asked to leave and has not answered.</summary>
    public bool IsLeaving { get; set; }

    public TimeSpan StartedAt { get; }

    /// <summary>When it last went on after standing still, or its start.</summary>
    public TimeSpan RunningSince { get; private set; }

    /// <summary>Whether its consensus began with the term and the vote that the journal holds (§3.8).</summary>
    public bool StartsAsItEnded { get; private set; } = true;

    /// <summary>The latest term in which it was seen to lead.</summary>
    public Term LastTermLed { get; set; }

    public bool IsLeader => Driver is { IsLeader: true };

    public bool IsJournalWriting => Driver is not null && Machine.Durable.IsWriting;

    /// <summary>Whether its disk was full when it was to write down who it is. That it fails of it may show when there is room again.</summary>
    public bool WasIdentityRefused { get; private set; }

    HardState IRuledServer.DurableHardState => Machine.Durable.HardState;

    public bool HoldsDurably(EntryId id) => Machine.HoldsDurably(Id, id);

    public void OnArrived(SimulatedProcess from) => lastHeardFrom[from.Id] = cluster.World.Now;

    public bool HasHeardSince(NodeId node, TimeSpan moment) => lastHeardFrom.TryGetValue(node, out var heard) && heard > moment;

    /// <summary>The power fails, or <c>kill -9</c>.</summary>
    public void Crash()
    {
        if (IsEnded)
        {
            return;
        }

        IsEnded = true;
        Host.Abort();
        journal?.Crash();
        checkpoints.Crash();
        Network.OnProcessEnded();
        Gossip.OnProcessEnded();
        Machine.Process = null;
    }

    /// <summary>Asks the node's actor.</summary>
    public void Ask(object message, Action<object> onReply) => node.Tell(message, new ReplyRef(onReply));

    /// <summary>Asks the node's consensus, if there is one.</summary>
    public void AskConsensus(object message, Action<object> onReply) =>
        Ask(GetConsensus.Instance, found => ((ConsensusFound)found).Consensus?.Tell(message, new ReplyRef(onReply)));

    /// <summary>It goes on after it stood still.</summary>
    public void Resume()
    {
        RunningSince = cluster.World.Now;
        Host.Resume();
    }

    /// <summary>A stop in good order; calls back when the process is gone.</summary>
    public void Stop(Action stopped)
    {
        IsStopping = true;
        node.Tell(StopNode.Instance, new ReplyRef(_ => cluster.After(TimeSpan.Zero, () =>
        {
            if (IsEnded)
            {
                return;
            }

            IsEnded = true;
            Host.Abort();
            journal?.Dispose();
            checkpoints.Dispose();
            Network.OnProcessEnded();
            Gossip.OnProcessEnded();
            Machine.Process = null;
            stopped();
        })));
    }

    public void OnConsensusStarted(RaftDriver driver)
    {
        Driver = driver;
        StartsAsItEnded = driver.Core.HardState == Machine.Durable.HardState;
    }

    public void OnStateMachine(StateMachine state)
    {
        if (State is not null)
        {
            cluster.OnStateReplaced(this, state);
        }

        State = state;
        ToldToApply = new LogIndex(state.AppliedIndex);
    }

    /// <summary>What gossip has told the node last.</summary>
    public IReadOnlyList<GossipPeer> Gossiped { get; set; } = [];

    public override string ToString() => Host.Name;

    private string? IdentityProblem()
    {
        WasIdentityRefused |= Machine.Journal.IsFull;
        return Machine.Journal.IsFull ? "the disk is full" : null;
    }

    private ClusterView InitialView(NodeSettings settings) =>
        new(settings.ClusterName, null, Id, Machine.Name, NodeId.None, Term.Zero, 0, 0, IsReady: false, "loading", IsStopping: false, []);
}
