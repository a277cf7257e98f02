using Keva.Actors;
using Keva.Journal.Directories;
using Keva.Node.Configuration;
using Keva.Node.Consensus;
using Keva.Node.Formation;
using Keva.Node.Gateway;
using Keva.Node.Gossip;
using Keva.Node.Journaling;
using Keva.Node.Peers;
using Keva.Node.State;
using Keva.Node.Transport;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Log;
using Keva.Raft.Membership;

namespace Keva.Node.Hosting;

/// <summary>
/// The parent of a node's actors, and its life: load what is on disk, become part of the cluster, serve, stop. Whatever
/// goes wrong in consensus, journal or store stops the whole: half a state must not go on.
/// </summary>
public sealed class NodeActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RemovalGrace = TimeSpan.FromSeconds(2);

    private readonly NodeSettings settings;
    private readonly NodePorts ports;
    private readonly InboundPeers inbound;
    private readonly IActorRef gateway;
    private readonly IActorRef journal;
    private readonly ulong session;
    private readonly PeerActors peers;
    private readonly PeerDirectory directory;
    private readonly ClusterEntry entry;
    private readonly Admission admission;
    private readonly SortedDictionary<NodeId, PeerHello> up = [];
    private readonly List<IActorRef> leaveRequesters = [];
    private readonly ClusterViewHolder views;
    private readonly NodeStatistics statistics;
    private NodeIdentity identity;
    private PeerHello greeting;
    private bool isSavingIdentity;
    private IReadOnlyList<GossipPeer> gossiped = [];
    private RecoveredLog? recovered;
    private CheckpointLoaded? checkpoint;
    private IActorRef membership = ActorRefs.Nobody;
    private IActorRef? consensus;
    private IActorRef? stopRequester;
    private IReadOnlyList<string> gossipSeeds = [];
    private string reportedMembers = "";

    /// <param name="settings">The node's settings.</param>
    /// <param name="ports">Its way to the outside world.</param>
    /// <param name="inbound">Where connections from other nodes arrive.</param>
    /// <param name="views">Where the view of the cluster is left.</param>
    public NodeActor(NodeSettings settings, NodePorts ports, InboundPeers inbound, ClusterViewHolder views)
    {
        this.settings = settings;
        this.ports = ports;
        this.inbound = inbound;
        this.views = views;
        statistics = ports.Statistics ?? new NodeStatistics();
        identity = ports.Identities.Current;
        greeting = NodeGreeting.Of(settings, identity);
        entry = new ClusterEntry(settings);
        admission = new Admission(identity.Node, !settings.JoinAddresses.IsEmpty);
        session = (ulong)ports.Random.NextInt64();
        var options = new GatewayOptions(settings.Http.RequestTimeout, settings.Http.LeaderWait, settings.Http.MaxQueuedBytes, session);
        gateway = Context.ActorOf(
            Props.Create(() => new HttpGatewayActor(options, views, Now, ports.Clock.GetUtcNow, statistics.Gateway, statistics.TracedWrites)),
            "gateway");
        journal = Context.ActorOf(Props.Create(() => new JournalActor(ports.OpenJournal, ports.Logger)), "journal");
        peers = new PeerActors(Context, ports.Network, settings.Transport, ports.Random);
        directory = new PeerDirectory(identity.Node, settings.Identity, ListedAddresses(), settings.Membership.FixedAddresses);
        ReceiveMessages();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private ClusterId Cluster => new(identity.Cluster);

    // Until a committed configuration names it, a node that came later says that it wants to be a member.
    private bool IsJoining => identity.IsFormed && !admission.IsAdmitted;

    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(_ => Directive.Escalate);

    protected override void PreStart()
    {
        journal.Tell(new RecoverJournal(GroupId.Zero));
        var self = Self;
        ports.Checkpoints.Load(new CheckpointLoading(message => self.Tell(message, ActorRefs.NoSender)));
    }

    private void ReceiveMessages()
    {
        Receive<JournalRecovered>(message => OnLoaded(() => recovered = message.Log));
        Receive<CheckpointLoaded>(message => OnLoaded(() => checkpoint = message));
        Receive<CheckpointRefused>(message => throw new NodeStartException(message.Problem));
        Receive<GreetingReceived>(message => OnGreeting(message.Remote));
        Receive<PeerUp>(OnPeerUp);
        Receive<PeerDown>(OnPeerDown);
        Receive<PeerUnreachable>(OnPeerUnreachable);
        Receive<IdentitySaved>(OnIdentitySaved);
        Receive<AdmissionSaved>(message => RequireSaved(message.Problem));
        Receive<ReportDue>(_ => Report());
        Receive<GossipPeersChanged>(OnGossip);
        Receive<OwnNameLost>(message => throw new NodeStartException(message.Reason));
        Receive<ConfigurationInForce>(OnConfiguration);
        Receive<RemovalDue>(_ => OnRemovalDue());
        Receive<MembershipHasEnded>(_ => OnMembershipEnded());
        Receive<LeaveCluster>(_ => OnLeave());
        Receive<ConfigurationChangeEnded>(OnRemovalEnded);
        Receive<GossipLeft>(_ => OnLeft());
        Receive<GetMembership>(_ => Sender.Tell(new MembershipFound(membership)));
        Receive<GetConsensus>(_ => Sender.Tell(new ConsensusFound(consensus)));
        Receive<GetGateway>(_ => Sender.Tell(new GatewayFound(gateway)));
        Receive<StopNode>(_ => OnStop());
        Receive<LeadershipHandedOver>(_ => gateway.Tell(GatewayClosing.Instance));
        Receive<GatewayDrained>(_ => stopRequester?.Tell(NodeStopped.Instance));
    }

    private TimeSpan Now() => ports.Clock.GetElapsedTime(0);

    private Dictionary<string, MemberAddresses> ListedAddresses() => settings.InitialMembers.ToDictionary(
        member => member.Name,
        member => new MemberAddresses(member.PeerEndpoint.ToString(), member.HttpEndpoint.ToString()),
        StringComparer.Ordinal);

    private void OnLoaded(Action remember)
    {
        remember();
        if (recovered is null || checkpoint is null)
        {
            return;
        }

        if (!identity.IsFormed && (recovered.StartConfiguration is not null || recovered.Entries.Count > 0))
        {
            throw new NodeStartException(
                $"the journal in {settings.WorkingDirectory} belongs to a cluster but the node's identity does not; restore node.json or empty the directory");
        }

        inbound.Open(greeting, Self);
        StartGossip();
        if (identity.IsFormed)
        {
            Run();
            return;
        }

        Timers.StartPeriodicTimer("report", ReportDue.Instance, ReportInterval, ReportInterval);
        entry.Begin(greeting);
        FollowEntry();
    }

    private void StartGossip()
    {
        var setup = new MembershipSetup(
            identity.Node,
            settings.Identity,
            settings.ClusterName,
            Cluster,
            settings.PeerEndpoint.ToString(),
            settings.HttpEndpoint.ToString(),
            NodeVersion.Text,
            settings.Gossip,
            ports.Gossip,
            ports.Clock,
            new Random((int)(session ^ (session >> 32))),
            ports.GossipKeys,
            ports.Logger,
            statistics.Gossip);
        membership = Context.ActorOf(Props.Create(() => new MembershipActor(setup, Self)), "membership");
    }

    // Where a node was met is where it can be gossiped with, too.
    private void JoinGossip()
    {
        var seeds = settings.JoinAddresses.Select(address => address.ToString())
            .Concat(settings.InitialMembers.Where(member => member.Name != settings.Identity).Select(member => member.PeerEndpoint.ToString()))
            .Concat(directory.Targets().Select(target => target.Addresses.PeerAddress))
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        if (!seeds.SequenceEqual(gossipSeeds, StringComparer.Ordinal))
        {
            gossipSeeds = seeds;
            membership.Tell(new JoinGossip(seeds));
        }
    }

    private void OnGossip(GossipPeersChanged message)
    {
        gossiped = message.Peers;
        if (identity.IsFormed)
        {
            var ours = message.Peers.Where(peer => peer.Cluster == Cluster && peer.ClusterName == settings.ClusterName).ToArray();
            directory.SetGossip(ours);
            consensus?.Tell(new CandidatesChanged(ours));
            KeepPeers();
        }
        else
        {
            entry.OnGossip(gossiped, up.Values);
            FollowEntry();
        }
    }

    private void FollowEntry()
    {
        if (isSavingIdentity)
        {
            return;
        }

        peers.Keep(entry.OtherFounders, greeting);
        JoinGossip();
        if (entry.Decision is { } decision)
        {
            if (decision.Joins)
            {
                NodeLog.Joining(ports.Logger, settings.ClusterName, decision.Cluster.ToString());
            }

            isSavingIdentity = true;
            var self = Self;
            ports.Identities.Form(
                decision.Cluster.Value,
                decision.FirstConfiguration is { } first ? ClusterConfigurationCodec.Encode(first) : ReadOnlyMemory<byte>.Empty,
                problem => self.Tell(new IdentitySaved(problem), ActorRefs.NoSender));
        }
    }

    private void OnGreeting(PeerHello remote)
    {
        OnMet(remote);
        peers.Tell(remote.Name, PeerSeen.Instance);
    }

    private void OnMet(PeerHello remote)
    {
        if (identity.IsFormed)
        {
            if (remote.Cluster == Cluster)
            {
                directory.OnMet(remote);
                KeepPeers();
            }
        }
        else
        {
            entry.OnMet(remote);
            FollowEntry();
        }
    }

    private void OnIdentitySaved(IdentitySaved message)
    {
        RequireSaved(message.Problem);
        identity = ports.Identities.Current;
        Timers.Cancel("report");
        if (entry.Decision is { Joins: false })
        {
            NodeLog.ClusterFormed(ports.Logger, settings.ClusterName, Cluster.ToString());
        }

        greeting = NodeGreeting.Of(settings, identity);
        inbound.Open(greeting, Self);
        Run();
        peers.Tell(new GreetingChanged(greeting));
    }

    private void Run()
    {
        var configuration = checkpoint!.Configuration ?? recovered!.StartConfiguration ?? FirstConfiguration();
        var server = Recover(configuration);
        var store = Context.ActorOf(
            Props.Create(() => new StoreActor(
                new StoreActorSetup(checkpoint.State, session, configuration, ports.Checkpoints, settings.Journal, ports.Logger, statistics.Store, ports.Observer),
                gateway)),
            "store");
        var snapshots = Context.ActorOf(
            Props.Create(() => new SnapshotActor(ports.Checkpoints, store, settings.Raft.SnapshotChunkBytes, ports.Logger)),
            "snapshots");
        var setup = new RaftActorSetup(
            ClusterIdentityOf(), RaftOptionsFrom.Settings(settings), settings.Membership, server, new Random(ports.Random.Next()), Now, ports.Logger, ports.Observer);
        var collaborators = new RaftCollaborators(journal, store, snapshots, gateway, Self);
        var raft = Context.ActorOf(Props.Create(() => new RaftActor(setup, collaborators)), "raft");
        consensus = raft;
        admission.Begin(identity.IsAdmitted);
        directory.SetConfiguration(configuration);
        foreach (var remote in up.Values.Where(remote => remote.Cluster == Cluster))
        {
            directory.OnMet(remote);
        }

        OnGossip(new GossipPeersChanged(gossiped));
        membership.Tell(new OwnTagsChanged(Cluster, IsJoining));
        JoinGossip();
        gateway.Tell(new GatewayOpened(raft, store));
        inbound.Serve(raft);
        foreach (var remote in up.Values)
        {
            TellConsensus(remote);
        }

        if (entry.Decision is { StandsFirst: true })
        {
            // Nobody else can be leading, so there is nothing to wait for.
            raft.Tell(Campaign.Instance);
        }
    }

    private ClusterConfiguration FirstConfiguration()
    {
        if (identity.FirstConfiguration.IsEmpty)
        {
            // The cluster was there before the node; its log tells who is in it.
            return ClusterConfiguration.Empty;
        }

        return ClusterConfigurationCodec.TryDecode(identity.FirstConfiguration.Span, out var first)
            ? first
            : throw new NodeStartException($"the identity in {settings.WorkingDirectory} is damaged: its first configuration cannot be read");
    }

    private RecoveredServer Recover(ClusterConfiguration configuration)
    {
        var applied = new EntryId(new LogIndex(checkpoint!.State.AppliedIndex), new Term(checkpoint.State.AppliedTerm));
        var server = Recovery.Combine(recovered!, applied, configuration);
        NodeLog.Recovered(ports.Logger, checkpoint.State.Count, applied.Index.Value, recovered!.Entries.Count, server.HardState.Term.Value);

        // A journal without a start has not been told yet which configuration its log begins with.
        return recovered.StartConfiguration is null && server.Reset is null
            ? server with { Reset = new LogReset(EntryId.Zero, configuration) }
            : server;
    }

    private ClusterIdentity ClusterIdentityOf() => new(
        settings.ClusterName,
        Cluster,
        identity.Node,
        identity.Name,
        NodeVersion.Text,
        new MemberAddresses(settings.PeerEndpoint.ToString(), settings.HttpEndpoint.ToString()),
        !settings.JoinAddresses.IsEmpty);

    private void OnConfiguration(ConfigurationInForce message)
    {
        if (message is { IsCommitted: true, Configuration.IsJoint: false })
        {
            ReportMembers(message.Configuration);
        }

        directory.SetConfiguration(message.Configuration);
        NoteMembership(message);
        membership.Tell(new OwnTagsChanged(Cluster, IsJoining));
        KeepPeers();
    }

    private void NoteMembership(ConfigurationInForce message)
    {
        var wasAdmitted = admission.IsAdmitted;
        admission.OnConfiguration(message.Configuration, message.IsCommitted);
        if (admission.IsAdmitted != wasAdmitted)
        {
            var self = Self;
            ports.Identities.SetAdmitted(admission.IsAdmitted, problem => self.Tell(new AdmissionSaved(problem), ActorRefs.NoSender));
        }

        if (admission.HasEnded && leaveRequesters.Count == 0)
        {
            // A node that is back after it was removed finds in its log how it was removed and, a little later, taken in again.
            Timers.StartSingleTimer("removed", RemovalDue.Instance, RemovalGrace);
        }
    }

    private static void RequireSaved(string? problem)
    {
        if (problem is not null)
        {
            throw new NodeStartException($"the node's identity could not be written: {problem}");
        }
    }

    private void ReportMembers(ClusterConfiguration configuration)
    {
        var names = string.Join(", ", configuration.Members.Select(member => member.Name).Order(StringComparer.Ordinal));
        if (names != reportedMembers)
        {
            reportedMembers = names;
            NodeLog.MembersChanged(ports.Logger, names);
        }
    }

    private void KeepPeers()
    {
        inbound.Know(directory.Configuration, up.Keys);
        if (peers.Keep(directory.Targets(), greeting))
        {
            JoinGossip();
            consensus?.Tell(new PeersChanged(
                peers.ByNode,
                directory.Configuration.Members.ToDictionary(member => member.Id, directory.AddressesOf)));
        }
    }

    private void OnPeerUp(PeerUp message)
    {
        entry.OnReachable(message.Address);
        up[message.Remote.Node] = message.Remote;
        NodeLog.PeerUp(ports.Logger, message.Remote.Name, message.Address);
        OnMet(message.Remote);
        TellConsensus(message.Remote);
    }

    // A member that has not heard yet that the cluster is formed is a member all the same.
    private void TellConsensus(PeerHello remote)
    {
        if (consensus is { } raft)
        {
            raft.Tell(new PeerConnected(remote.Node, remote.SoftwareVersion));
            inbound.Know(directory.Configuration, up.Keys);
        }
    }

    private void OnPeerDown(PeerDown message)
    {
        up.Remove(message.Remote.Node);
        if (!message.Wanted)
        {
            NodeLog.PeerDown(ports.Logger, message.Remote.Name, message.Address, message.Reason);
            membership.Tell(new PeerConnectionLost(message.Remote.Name));
            directory.OnLost(message.Remote.Node);
        }

        entry.OnLost(message.Remote);
        consensus?.Tell(new PeerDisconnected(message.Remote.Node));
        if (identity.IsFormed)
        {
            KeepPeers();
        }
    }

    private void OnPeerUnreachable(PeerUnreachable message)
    {
        if (entry.OnUnreachable(message.Address, message.Reason))
        {
            NodeLog.PeerUnreachable(ports.Logger, message.Address, message.Reason);
            TellUsersWhyNotReady();
        }
    }

    private void Report()
    {
        if (entry.IsForming)
        {
            NodeLog.WaitingToForm(ports.Logger, entry.Obstacle);
        }
        else
        {
            NodeLog.WaitingToJoin(ports.Logger, entry.Obstacle);
        }

        TellUsersWhyNotReady();
    }

    private void TellUsersWhyNotReady()
    {
        if (!identity.IsFormed)
        {
            gateway.Tell(new ViewPublished(views.Current with { NotReadyReason = entry.Obstacle }, null));
        }
    }

    private void OnLeave()
    {
        leaveRequesters.Add(Sender);
        if (leaveRequesters.Count > 1)
        {
            return;
        }

        if (consensus is { } raft && admission.IsNamed)
        {
            raft.Tell(new ChangeConfiguration(ConfigurationChange.ToRemove(identity.Node)));
        }
        else
        {
            membership.Tell(LeaveGossip.Instance);
        }
    }

    private void OnRemovalEnded(ConfigurationChangeEnded message)
    {
        if (message.Refusal == ConfigurationRefusal.None)
        {
            membership.Tell(LeaveGossip.Instance);
            return;
        }

        TellLeaveRequesters(new LeaveEnded(message));
        leaveRequesters.Clear();
    }

    private void OnLeft()
    {
        NodeLog.Left(ports.Logger);
        TellLeaveRequesters(new LeaveEnded(Problem: null));
    }

    private void TellLeaveRequesters(LeaveEnded outcome)
    {
        foreach (var requester in leaveRequesters)
        {
            requester.Tell(outcome);
        }
    }

    private void OnMembershipEnded()
    {
        if (admission.CanHaveEndedUnseen && leaveRequesters.Count == 0)
        {
            throw new NodeRemovedException();
        }
    }

    private void OnRemovalDue()
    {
        if (admission.HasEnded && leaveRequesters.Count == 0)
        {
            throw new NodeRemovedException();
        }
    }

    private void OnStop()
    {
        stopRequester = Sender;
        if (consensus is { } raft)
        {
            raft.Tell(PrepareToStop.Instance);
        }
        else
        {
            gateway.Tell(GatewayClosing.Instance);
        }
    }

    private sealed record IdentitySaved(string? Problem);

    private sealed record AdmissionSaved(string? Problem);

    private sealed record RemovalDue
    {
        public static readonly RemovalDue Instance = new();
    }

    private sealed record ReportDue
    {
        public static readonly ReportDue Instance = new();
    }
}
