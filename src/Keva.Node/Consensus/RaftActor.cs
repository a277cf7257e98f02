using Keva.Actors;
using Keva.Node.Configuration;
using Keva.Node.Gossip;
using Keva.Node.Hosting;
using Keva.Node.State;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Membership;
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
    private readonly RaftActorPorts ports;
    private readonly ClusterViewSource views;
    private readonly MembershipPolicy policy;
    private readonly SortedDictionary<NodeId, string> connected = [];
    private readonly SortedDictionary<long, IActorRef> changeRequesters = [];
    private readonly TickCount ticks;
    private IReadOnlyList<GossipPeer> candidates = [];
    private long lastChange;
    private Leadership leadership;
    private IActorRef? stopRequester;
    private int ticksUntilStopped;
    private int ticksSinceView;
    private bool flushScheduled;

    // When the timer rings; null while it is not set.
    private TimeSpan? armedFor;

    public RaftActor(RaftActorSetup setup, RaftCollaborators collaborators)
    {
        this.setup = setup;
        this.collaborators = collaborators;
        options = setup.Options;
        var server = setup.Server;
        var core = new RaftCore(options, setup.Self, server.HardState, server.Log, server.Configuration, setup.Random);
        ports = new RaftActorPorts(collaborators, Self, OnChangeEnded);
        driver = new RaftDriver(GroupId.Zero, options, core, ports.AsPorts(), server.Reset);
        setup.Observer?.OnConsensusStarted(driver);
        views = new ClusterViewSource(setup.Identity, core, setup.Now);
        ticks = new TickCount(options.TickInterval, setup.Now());
        policy = new MembershipPolicy(setup.Membership, setup.Self);

        // An answer to a request of before a restart must not pass for one of now.
        lastChange = setup.Random.NextInt64(1L << 61);
        ReceiveMessages();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        if (driver.Core.Configuration is { IsJoint: false, Voters: [var only] } && only == setup.Self)
        {
            // Nobody else can be leading, so there is nothing to wait for.
            driver.Core.Campaign();
        }

        PublishView();
        ScheduleFlush();
    }

    private void ReceiveMessages()
    {
        Receive<Flush>(_ => OnFlush());
        Input<TickDue>(_ => armedFor = null);
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
        Input<ChangeConfiguration>(OnChangeRequested);
        Input<TransferLeadership>(message => Sender.Tell(new TransferBegun(driver.RequestTransfer(message.Target))));
        Receive<PeersChanged>(OnPeersChanged);
        Receive<CandidatesChanged>(message => candidates = message.Peers);
        Input<Campaign>(_ => driver.Core.Campaign());
        Input<PrepareToStop>(_ => OnPrepareToStop());
    }

    private void Input<T>(Action<T> handler) =>
        Receive<T>(message =>
        {
            MakeUpForTicks();
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
        var isViewDue = ticksSinceView >= options.HeartbeatTicks;
        if (isViewDue)
        {
            KeepMembership();
        }

        driver.Flush();
        var now = new Leadership(driver.Core.Term, driver.Core.Leader);
        if (now != leadership)
        {
            NodeLog.LeadershipChanged(setup.Logger, now.Term.Value, views.NameOf(now.Leader), driver.Core.Role.ToString());
            leadership = now;
            isViewDue = true;
        }

        if (isViewDue)
        {
            PublishView();
        }

        ArmTimer();
    }

    // Every input finds consensus at the time at which it comes.
    private void MakeUpForTicks()
    {
        for (var count = ticks.Take(setup.Now()); count > 0; count--)
        {
            OnTick();
        }
    }

    private void ArmTimer()
    {
        // The view goes out with what happens: heartbeats, on a quiet node. Only where there are none does anybody wake up for it.
        ticks.Plan(stopRequester is null ? Math.Min(driver.TicksUntilDue, options.ElectionTicks - ticksSinceView) : 1);

        // A ring that comes too early does no harm, and to put it off with each message would cost more.
        if (armedFor is null || ticks.PlannedFor < armedFor)
        {
            var wait = ticks.PlannedFor - setup.Now();
            armedFor = ticks.PlannedFor;
            Timers.StartSingleTimer(TickDue.Instance, TickDue.Instance, wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
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

    private void OnPeersChanged(PeersChanged message)
    {
        ports.Peers = message.Actors;
        views.Addresses = message.Addresses;
        PublishView();
    }

    private void OnChangeRequested(ChangeConfiguration message)
    {
        changeRequesters[++lastChange] = Sender;
        driver.RequestChange(lastChange, message.Change);
    }

    private void OnChangeEnded(long requestId, ConfigurationRefusal refusal, string problem)
    {
        if (changeRequesters.Remove(requestId, out var requester))
        {
            requester.Tell(new ConfigurationChangeEnded(refusal, problem), Self);
        }
    }

    private void OnTick()
    {
        driver.Tick(setup.Now());
        ticksSinceView++;
        if (stopRequester is not null && (!driver.IsLeader || --ticksUntilStopped <= 0))
        {
            stopRequester.Tell(LeadershipHandedOver.Instance);
            stopRequester = null;
        }
    }

    private void KeepMembership()
    {
        var core = driver.Core;
        if (!driver.IsLeader || core.Configuration.IsJoint || !core.IsConfigurationCommitted)
        {
            return;
        }

        if (!core.IsConfigurationInLog && candidates.Any(peer => peer.IsJoining && core.Configuration.Find(peer.Node) is not null))
        {
            // It founded the cluster without having known all of those who did. Its log is to tell it.
            driver.ChangeConfiguration(ConfigurationChange.ToWriteDown, out _);
            return;
        }

        foreach (var outsider in MembershipPolicy.Outsiders(core.Configuration, candidates))
        {
            driver.TellMembershipEnded(outsider);
        }

        var picture = new MembershipPicture(
            core.Configuration,
            core.Log.LastIndex,
            candidates,
            core.Followers.ToDictionary(follower => follower.Id),
            connected.ContainsKey,
            setup.Now());
        if (policy.Next(picture) is { } change
            && driver.ChangeConfiguration(change, out _) == ConfigurationRefusal.None)
        {
            NodeLog.MembersChanging(setup.Logger, views.Describe(change));
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
        ticksSinceView = 0;
        collaborators.Gateway.Tell(views.Take(driver, connected, candidates), Self);
    }

    private sealed record TickDue
    {
        public static readonly TickDue Instance = new();
    }

    private sealed record Flush
    {
        public static readonly Flush Instance = new();
    }
}

/// <summary>What the consensus actor is made of.</summary>
/// <param name="Identity">This node and its cluster, for the view.</param>
/// <param name="Membership">Who is to become a member.</param>
/// <param name="Server">What was recovered.</param>
/// <param name="Random">Where election time-outs come from.</param>
/// <param name="Now">Monotonic time since some fixed moment.</param>
/// <param name="Observer">Who is shown the driver; null for nobody.</param>
public sealed record RaftActorSetup(
    ClusterIdentity Identity,
    RaftOptions Options,
    MembershipSettings Membership,
    RecoveredServer Server,
    Random Random,
    Func<TimeSpan> Now,
    ILogger Logger,
    INodeObserver? Observer = null)
{
    public NodeId Self => Identity.Self;
}
