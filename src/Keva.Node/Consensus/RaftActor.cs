using Keva.Actors;
using Keva.Node.Gateway;
using Keva.Node.Hosting;
using Keva.Node.State;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Messages;
using Keva.Store.Commands;
using Microsoft.Extensions.Logging;

namespace Keva.Node.Consensus;

/// <summary>
/// The mailbox of a <see cref="RaftDriver"/>. Every message is an input; after those that wait already, one flush acts
/// on them together, so that batches grow with load and cost nothing without it. A failure here stops the node.
/// </summary>
public sealed class RaftActor : ReceiveActor, IWithTimers
{
    private readonly RaftActorSetup setup;
    private readonly RaftCollaborators collaborators;
    private readonly RaftOptions options;
    private readonly RaftDriver driver;
    private readonly ClusterViewSource views;
    private readonly SortedDictionary<NodeId, string> connected = [];
    private Leadership leadership;
    private IActorRef? stopRequester;
    private int ticksUntilStopped;
    private int ticksUntilView;
    private bool flushScheduled;

    public RaftActor(RaftActorSetup setup, RaftCollaborators collaborators)
    {
        this.setup = setup;
        this.collaborators = collaborators;
        options = setup.Options;
        var server = setup.Server;
        var core = new RaftCore(options, setup.Self, server.HardState, server.Log, server.Configuration, setup.Random);
        var ports = new RaftActorPorts(collaborators, Self).AsPorts();
        driver = new RaftDriver(GroupId.Zero, options, core, ports, server.Reset);
        setup.Observer?.OnConsensusStarted(driver);
        views = new ClusterViewSource(setup.Identity, core, setup.Now);
        ReceiveMessages();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer("tick", Tick.Instance, options.TickInterval, options.TickInterval);
        PublishView();
        ScheduleFlush();
    }

    private void ReceiveMessages()
    {
        Receive<Flush>(_ => OnFlush());
        Input<Tick>(_ => OnTick());
        Input<PeerMessageReceived>(OnPeerMessage);
        Input<Propose>(message => driver.Propose(message.Term, message.Proposals));
        Input<RequestReadIndex>(message => driver.RequestRead(message.ReadId, message.Lease, setup.Now()));
        Input<WritesPersisted>(message => driver.OnPersisted(message.Sequence));
        Input<JournalStalled>(_ => driver.OnJournalStalled());
        Input<JournalResumed>(_ => driver.OnJournalResumed());
        Input<EntriesApplied>(message => driver.OnApplied(message.Index, message.LatestMark));
        Input<CheckpointAdvanced>(message => driver.OnCheckpoint(message.Index));
        Input<PeerConnected>(message => connected[message.Peer] = message.SoftwareVersion);
        Input<PeerDisconnected>(OnPeerDisconnected);
        Input<SnapshotOpened>(message => driver.OnSnapshotOpened(message.Peer, message.Snapshot));
        Input<SnapshotChunkRead>(message => driver.OnSnapshotChunkRead(message.Peer, message.ChunkNumber, message.Data, message.IsLast));
        Input<SnapshotFailed>(message => driver.OnSnapshotFailed(message.Peer));
        Input<SnapshotChunkWritten>(_ => driver.OnSnapshotChunkWritten());
        Input<SnapshotInstalled>(_ => driver.OnSnapshotInstalled());
        Input<SnapshotReceiveFailed>(_ => driver.OnSnapshotReceiveFailed());
        Input<Campaign>(_ => driver.Core.Campaign());
        Input<PrepareToStop>(_ => OnPrepareToStop());
    }

    private void Input<T>(Action<T> handler) =>
        Receive<T>(message =>
        {
            handler(message);
            ScheduleFlush();
        });

    private void ScheduleFlush()
    {
        if (!flushScheduled)
        {
            flushScheduled = true;
            Self.Tell(Flush.Instance);
        }
    }

    private void OnFlush()
    {
        flushScheduled = false;
        driver.Flush();
        var now = new Leadership(driver.Core.Term, driver.Core.Leader);
        if (now != leadership)
        {
            NodeLog.LeadershipChanged(setup.Logger, now.Term.Value, views.NameOf(now.Leader), driver.Core.Role.ToString());
            leadership = now;
            PublishView();
        }
    }

    private void OnPeerMessage(PeerMessageReceived message)
    {
        if (message.Group != GroupId.Zero)
        {
            return;
        }

        if (message.Message is ForwardProposals forwarded && !forwarded.Proposals.All(proposal => CommandCodec.IsWellFormed(proposal.Payload)))
        {
            // In the log, a command that cannot be read would stop every node that applies it.
            NodeLog.MalformedProposals(setup.Logger, views.NameOf(message.From));
            return;
        }

        if (message.Message is AppendEntriesRequest or HeartbeatRequest)
        {
            views.OnLeaderContact();
        }

        driver.Receive(message.From, message.Message, setup.Now());
    }

    private void OnPeerDisconnected(PeerDisconnected message)
    {
        connected.Remove(message.Peer);
        driver.OnPeerUnreachable(message.Peer);
    }

    private void OnTick()
    {
        driver.Tick(setup.Now());
        if (--ticksUntilView <= 0)
        {
            PublishView();
        }

        if (stopRequester is not null && (!driver.IsLeader || --ticksUntilStopped <= 0))
        {
            stopRequester.Tell(LeadershipHandedOver.Instance);
            stopRequester = null;
        }
    }

    private void OnPrepareToStop()
    {
        driver.BeginStop();
        stopRequester = Sender;

        // Longer than a transfer may take; the others would elect a new leader in that time anyway.
        ticksUntilStopped = driver.Core.Configuration.Members.Length > 1 ? 2 * options.ElectionTicks : 0;
        PublishView();
    }

    private void PublishView()
    {
        ticksUntilView = options.HeartbeatTicks;
        collaborators.Gateway.Tell(views.Take(driver, connected), Self);
    }

    private sealed record Tick
    {
        public static readonly Tick Instance = new();
    }

    private sealed record Flush
    {
        public static readonly Flush Instance = new();
    }
}

/// <summary>What the consensus actor is made of.</summary>
/// <param name="Identity">This node and its cluster, for the view.</param>
/// <param name="Server">What was recovered.</param>
/// <param name="Random">Where election time-outs come from.</param>
/// <param name="Now">Monotonic time since some fixed moment.</param>
/// <param name="Observer">Who is shown the driver; null for nobody.</param>
public sealed record RaftActorSetup(
    ClusterIdentity Identity,
    RaftOptions Options,
    RecoveredServer Server,
    Random Random,
    Func<TimeSpan> Now,
    ILogger Logger,
    INodeObserver? Observer = null)
{
    public NodeId Self => Identity.Self;
}
