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

/// <summary>Stop in good order; answered with <see cref="NodeStopped"/>.</summary>
public sealed record StopNode
{
    public static readonly StopNode Instance = new();
}

/// <summary>The node has done all it could do before it ends.</summary>
public sealed record NodeStopped
{
    public static readonly NodeStopped Instance = new();
}

/// <summary>Asks for the gateway's actor; answered with <see cref="GatewayFound"/>.</summary>
public sealed record GetGateway
{
    public static readonly GetGateway Instance = new();
}

public sealed record GatewayFound(IActorRef Gateway);

/// <summary>Asks for the gossip's actor; answered with <see cref="MembershipFound"/>, with nobody while the node loads.</summary>
public sealed record GetMembership
{
    public static readonly GetMembership Instance = new();
}

public sealed record MembershipFound(IActorRef Membership);

/// <summary>Another node introduced itself on a connection that it made.</summary>
public sealed record GreetingReceived(PeerHello Remote);

/// <summary>The node cannot start from what is in its working directory; the message says what to do.</summary>
public sealed class NodeStartException(string message) : Exception(message);

/// <summary>
/// The parent of a node's actors, and its life: load what is on disk, become part of the cluster, serve, stop. Whatever
/// goes wrong in consensus, journal or store stops the whole: half a state must not go on.
/// </summary>
public sealed class NodeActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(5);

    private readonly NodeSettings settings;
    private readonly NodePorts ports;
    private readonly InboundPeers inbound;
    private readonly IActorRef gateway;
    private readonly IActorRef journal;
    private readonly ulong session;
    private readonly SortedDictionary<string, IActorRef> peers = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> unreachable = new(StringComparer.Ordinal);
    private readonly SortedDictionary<NodeId, PeerHello> up = [];
    private readonly ClusterViewHolder views;
    private NodeIdentity identity;
    private ClusterFormation? formation;
    private FormedCluster? forming;
    private RecoveredLog? recovered;
    private CheckpointLoaded? checkpoint;
    private IActorRef membership = ActorRefs.Nobody;
    private IActorRef? consensus;
    private IActorRef? stopRequester;
    private bool campaignFirst;

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
        identity = ports.Identities.Current;
        session = (ulong)ports.Random.NextInt64();
        var options = new GatewayOptions(settings.Http.RequestTimeout, settings.Http.LeaderWait, settings.Http.MaxQueuedBytes, session);
        gateway = Context.ActorOf(Props.Create(() => new HttpGatewayActor(options, views, Now)), "gateway");
        journal = Context.ActorOf(Props.Create(() => new JournalActor(ports.OpenJournal, ports.Logger)), "journal");
        Receive<JournalRecovered>(message => OnLoaded(() => recovered = message.Log));
        Receive<CheckpointLoaded>(message => OnLoaded(() => checkpoint = message));
        Receive<CheckpointRefused>(message => throw new NodeStartException(message.Problem));
        Receive<GreetingReceived>(message => OnGreeting(message.Remote));
        Receive<PeerUp>(OnPeerUp);
        Receive<PeerDown>(OnPeerDown);
        Receive<PeerUnreachable>(OnPeerUnreachable);
        Receive<IdentitySaved>(OnIdentitySaved);
        Receive<ReportDue>(_ => Report());
        Receive<GetMembership>(_ => Sender.Tell(new MembershipFound(membership)));
        Receive<GossipPeersChanged>(_ => { });
        Receive<OwnNameLost>(message => throw new NodeStartException(message.Reason));
        Receive<GetGateway>(_ => Sender.Tell(new GatewayFound(gateway)));
        Receive<StopNode>(_ => OnStop());
        Receive<LeadershipHandedOver>(_ => gateway.Tell(GatewayClosing.Instance));
        Receive<GatewayDrained>(_ => stopRequester?.Tell(NodeStopped.Instance));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    // The first of the listed nodes; it stands for election as soon as the cluster is formed.
    private bool IsFirstListed => settings.InitialMembers.Length > 0 && settings.InitialMembers[0].Name == settings.Identity;

    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(_ => Directive.Escalate);

    protected override void PreStart()
    {
        journal.Tell(new RecoverJournal(GroupId.Zero));
        var self = Self;
        ports.Checkpoints.Load(new CheckpointLoading(message => self.Tell(message, ActorRefs.NoSender)));
    }

    private TimeSpan Now() => ports.Clock.GetElapsedTime(0);

    private void OnLoaded(Action remember)
    {
        remember();
        if (recovered is null || checkpoint is null)
        {
            return;
        }

        var greeting = NodeGreeting.Of(settings, identity);
        inbound.Open(greeting, Self);
        foreach (var member in settings.InitialMembers.Where(member => member.Name != settings.Identity))
        {
            var address = member.PeerEndpoint.ToString();
            var random = new Random(ports.Random.Next());
            peers[member.Name] = Context.ActorOf(
                Props.Create(() => new PeerActor(address, greeting, ports.Network, settings.Transport, random, Self)),
                $"peer-{member.Name}");
        }

        membership = Context.ActorOf(Props.Create(() => new MembershipActor(MembershipSetupOf(), Self)), "membership");
        membership.Tell(new JoinGossip(
            [
                .. settings.InitialMembers.Where(member => member.Name != settings.Identity).Select(member => member.PeerEndpoint.ToString()),
                .. settings.JoinAddresses.Select(address => address.ToString()),
            ]));
        if (identity.IsFormed)
        {
            Run();
            return;
        }

        if (recovered.StartConfiguration is not null || recovered.Entries.Count > 0)
        {
            throw new NodeStartException(
                $"the journal in {settings.WorkingDirectory} belongs to a cluster but the node's identity does not; restore node.json or empty the directory");
        }

        formation = new ClusterFormation(greeting, settings.InitialMembers.Select(member => member.Name).ToArray());
        Timers.StartPeriodicTimer("report", ReportDue.Instance, ReportInterval, ReportInterval);
        FinishFormation();
    }

    private void OnGreeting(PeerHello remote)
    {
        OnMet(remote);
        if (peers.TryGetValue(remote.Name, out var peer))
        {
            peer.Tell(PeerSeen.Instance);
        }
    }

    private void OnMet(PeerHello remote)
    {
        if (formation?.OnMet(remote) == true)
        {
            FinishFormation();
        }
    }

    private void FinishFormation()
    {
        if (formation?.Formed is not { } formed || forming is not null)
        {
            return;
        }

        forming = formed;
        campaignFirst = IsFirstListed;
        var self = Self;
        ports.Identities.Form(
            formed.Cluster.Value,
            ClusterConfigurationCodec.Encode(formed.Configuration),
            problem => self.Tell(new IdentitySaved(problem), ActorRefs.NoSender));
    }

    private void OnIdentitySaved(IdentitySaved message)
    {
        if (message.Problem is { } problem)
        {
            throw new NodeStartException($"the node's identity could not be written: {problem}");
        }

        identity = ports.Identities.Current;
        formation = null;
        Timers.Cancel("report");
        membership.Tell(new OwnTagsChanged(new ClusterId(identity.Cluster), IsJoining: false));
        NodeLog.ClusterFormed(ports.Logger, settings.ClusterName, new ClusterId(identity.Cluster).ToString());
        var greeting = NodeGreeting.Of(settings, identity);
        inbound.Open(greeting, Self);
        Run();
        foreach (var peer in peers.Values)
        {
            peer.Tell(new GreetingChanged(greeting));
        }
    }

    private void Run()
    {
        if (!ClusterConfigurationCodec.TryDecode(identity.FirstConfiguration.Span, out var first))
        {
            throw new NodeStartException($"the identity in {settings.WorkingDirectory} is damaged: its first configuration cannot be read");
        }

        var configuration = checkpoint!.Configuration ?? recovered!.StartConfiguration ?? first;
        var server = Recover(configuration);
        var store = Context.ActorOf(
            Props.Create(() => new StoreActor(
                new StoreActorSetup(checkpoint.State, session, configuration, ports.Checkpoints, settings.Journal, ports.Logger, ports.Observer),
                gateway)),
            "store");
        var snapshots = Context.ActorOf(
            Props.Create(() => new SnapshotActor(ports.Checkpoints, store, settings.Raft.SnapshotChunkBytes, ports.Logger)),
            "snapshots");
        var byId = configuration.Members
            .Where(member => peers.ContainsKey(member.Name))
            .ToDictionary(member => member.Id, member => peers[member.Name]);
        var setup = new RaftActorSetup(
            ClusterIdentityOf(), RaftOptionsFrom.Settings(settings), server, new Random(ports.Random.Next()), Now, ports.Logger, ports.Observer);
        var raft = Context.ActorOf(
            Props.Create(() => new RaftActor(setup, new RaftCollaborators(journal, store, snapshots, gateway, byId))),
            "raft");
        consensus = raft;
        gateway.Tell(new GatewayOpened(raft, store));
        inbound.Serve(raft);
        foreach (var remote in up.Values)
        {
            TellConsensus(remote);
        }

        if (campaignFirst || (configuration.Voters is [var only] && only == identity.Node))
        {
            // Nobody else can be leading, so there is nothing to wait for.
            raft.Tell(Campaign.Instance);
        }
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

    private MembershipSetup MembershipSetupOf() =>
        new(
            identity.Node,
            settings.Identity,
            settings.ClusterName,
            new ClusterId(identity.Cluster),
            settings.PeerEndpoint.ToString(),
            settings.HttpEndpoint.ToString(),
            NodeVersion.Text,
            settings.Gossip,
            ports.Gossip,
            ports.Clock,
            new Random((int)(session ^ (session >> 32))),
            ports.GossipKeys,
            ports.Logger);

    private ClusterIdentity ClusterIdentityOf() =>
        new(
            settings.ClusterName,
            new ClusterId(identity.Cluster),
            identity.Node,
            identity.Name,
            NodeVersion.Text,
            settings.InitialMembers.ToDictionary(
                member => member.Name,
                member => new MemberAddresses(member.PeerEndpoint.ToString(), member.HttpEndpoint.ToString()),
                StringComparer.Ordinal));

    private void OnPeerUp(PeerUp message)
    {
        unreachable.Remove(message.Address);
        up[message.Remote.Node] = message.Remote;
        NodeLog.PeerUp(ports.Logger, message.Remote.Name, message.Address);
        OnMet(message.Remote);
        TellConsensus(message.Remote);
    }

    // A member that has not heard yet that the cluster is formed is a member all the same.
    private void TellConsensus(PeerHello remote) =>
        consensus?.Tell(new PeerConnected(remote.Node, remote.SoftwareVersion));

    private void OnPeerDown(PeerDown message)
    {
        up.Remove(message.Remote.Node);
        if (!message.Wanted)
        {
            membership.Tell(new PeerConnectionLost(message.Remote.Name));
            NodeLog.PeerDown(ports.Logger, message.Remote.Name, message.Address, message.Reason);
        }

        formation?.OnLost(message.Remote);
        consensus?.Tell(new PeerDisconnected(message.Remote.Node));
    }

    private void OnPeerUnreachable(PeerUnreachable message)
    {
        if (!unreachable.TryGetValue(message.Address, out var before) || before != message.Reason)
        {
            unreachable[message.Address] = message.Reason;
            NodeLog.PeerUnreachable(ports.Logger, message.Address, message.Reason);
            TellUsersWhyNotFormed();
        }
    }

    private void Report()
    {
        if (formation is { } waiting)
        {
            NodeLog.WaitingToForm(ports.Logger, WhyNotFormed(waiting));
            TellUsersWhyNotFormed();
        }
    }

    private void TellUsersWhyNotFormed()
    {
        if (formation is { } waiting)
        {
            gateway.Tell(new ViewPublished(views.Current with { NotReadyReason = WhyNotFormed(waiting) }, null));
        }
    }

    private string WhyNotFormed(ClusterFormation waiting)
    {
        if (waiting.Obstacle is { } obstacle)
        {
            return obstacle;
        }

        var missing = settings.InitialMembers
            .Where(member => waiting.Missing.Contains(member.Name, StringComparer.Ordinal))
            .Select(member => unreachable.TryGetValue(member.PeerEndpoint.ToString(), out var reason) ? $"{member.Name} ({reason})" : member.Name);
        return $"all listed nodes must be up once to form the cluster; missing: {string.Join(", ", missing)}";
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

    private sealed record ReportDue
    {
        public static readonly ReportDue Instance = new();
    }
}
