using System.Security.Cryptography;
using Keva.Actors;
using Keva.Actors.Dispatch;
using Keva.Actors.Event;
using Keva.Journal;
using Keva.Journal.Checkpoints;
using Keva.Journal.Directories;
using Keva.Node.Configuration;
using Keva.Node.Dashboard;
using Keva.Node.Gateway;
using Keva.Node.Gateway.Events;
using Keva.Node.Gateway.Http;
using Keva.Node.Gateway.Http.Gossip;
using Keva.Node.Gossip;
using Keva.Node.Gossip.Sockets;
using Keva.Node.Telemetry;
using Keva.Node.Telemetry.Warnings;
using Keva.Node.Transport;
using Keva.Node.Transport.Tcp;
using Keva.Raft;
using Microsoft.Extensions.Logging;

namespace Keva.Node.Hosting;

/// <summary>
/// A node with everything real: working directory, SQLite, sockets, Kestrel. Start it, use <see cref="Store"/> or HTTP,
/// stop it; once.
/// </summary>
public sealed class KevaNode : IAsyncDisposable
{
    // The gateway answers every request within its time-out; this is for the answer to arrive.
    private static readonly TimeSpan AnswerGrace = TimeSpan.FromSeconds(1);

    // The consensus gives up after ten election time-outs of its own; this is for the answer to arrive, whatever they are.
    private static readonly TimeSpan MembershipTimeout = TimeSpan.FromMinutes(1);

    private readonly NodeSettings settings;
    private readonly ILoggerFactory loggers;
    private readonly ILogger logger;
    private readonly TaskCompletionSource<Exception?> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock releaseGate = new();
    private NodeTelemetry? telemetry;
    private WorkingDirectory? directory;
    private ICheckpointStore? checkpoints;
    private TcpPeerNetwork? network;
    private SocketGossipNetwork? gossipNetwork;
    private ActorSystem? system;
    private IActorRef nodeActor = ActorRefs.Nobody;
    private KevaHttpServer? http;
    private KeyValueService? store;
    private GossipService? gossip;
    private ClusterService? cluster;
    private ClusterEventService? events;
    private IJournal? journal;
    private Exception? lastFailure;
    private Task? releasing;
    private volatile bool stopping;

    public KevaNode(NodeSettings settings, ILoggerFactory loggers)
    {
        this.settings = settings;
        this.loggers = loggers;
        logger = loggers.CreateLogger("Keva");
    }

    /// <summary>The store as this node offers it to its own process.</summary>
    public IKeyValueService Store => store ?? throw new InvalidOperationException("The node was not started.");

    /// <summary>The gossip as this node offers it to its own process.</summary>
    public IGossipService Gossip => gossip ?? throw new InvalidOperationException("The node was not started.");

    /// <summary>The members, as this node offers to change them to its own process.</summary>
    public IClusterService Cluster => cluster ?? throw new InvalidOperationException("The node was not started.");

    /// <summary>What an operator should look at, as <c>GET /v1/warnings</c> shows it.</summary>
    public IReadOnlyList<Warning> Warnings => telemetry?.Warnings ?? [];

    /// <summary>What happens to the cluster, as this node offers it to its own process.</summary>
    public IClusterEvents Events => events ?? throw new InvalidOperationException("The node was not started.");

    /// <summary>Where the HTTP interface listens.</summary>
    public IReadOnlyList<Uri> Addresses => http?.Addresses ?? [];

    /// <summary>Every path that the HTTP interface serves, and its methods.</summary>
    internal IReadOnlyList<(string Path, string Allow)> Served => http?.Served ?? [];

    /// <summary>Completes when the node has ended: with null if it was stopped, or with what made it fail.</summary>
    public Task<Exception?> Ended => ended.Task;

    /// <summary>
    /// Opens the working directory, binds both ports and starts loading. Returns then; <see cref="IKeyValueService.View"/>
    /// and <c>/health/ready</c> tell when it serves.
    /// </summary>
    /// <exception cref="IOException">A port or the working directory cannot be used; the message says which and why.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        try
        {
            var views = Open();
            var found = await nodeActor.Ask<GatewayFound>(GetGateway.Instance, settings.Http.RequestTimeout, cancellation);
            store = new KeyValueService(found.Gateway, views, settings.Http.RequestTimeout + AnswerGrace);
            gossip = new GossipService(FindMembershipAsync, settings.Http.RequestTimeout);
            cluster = new ClusterService(nodeActor, views, MembershipTimeout, () => _ = StopAsync(CancellationToken.None));
            events = new ClusterEventService(found.Gateway, settings.Http.RequestTimeout);
            var server = new KevaHttpServer(
                KevaHttpOptionsFrom.Settings(settings),
                store,
                loggers,
                [
                    .. new MembershipEndpoints(cluster).Routes,
                    new ClusterEventsEndpoint(events).Route,
                    .. GossipRoutes.Of(gossip),
                    .. telemetry!.Routes,
                    .. DashboardOf(found.Gateway, views, store, events),
                ],
                telemetry.Requests);
            lock (releaseGate)
            {
                // A node that has failed meanwhile has released all it had, and would not release this.
                ObjectDisposedException.ThrowIf(releasing is not null, this);
                http = server;
            }

            await server.StartAsync(cancellation);
            NodeLog.Serving(logger, settings.HttpEndpoint.ToString(), settings.PeerEndpoint.ToString(), settings.WorkingDirectory);
        }
        catch (Exception exception)
        {
            stopping = true;
            await ReleaseAsync();
            if (system is { FailureCause: not null })
            {
                // That nobody answered any more is not the reason; why is.
                var cause = CauseOf(system);
                throw new IOException(cause.Message, cause);
            }

            if (exception is AskTimeoutException)
            {
                throw new IOException($"the node did not start within {settings.Http.RequestTimeout.TotalSeconds} s", exception);
            }

            throw;
        }
    }

    /// <summary>
    /// Hands leadership over, lets requests that wait finish, and closes everything. The node stays a member. Ends the
    /// waiting early when <paramref name="cancellation"/> says so; nothing acknowledged is lost either way.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        if (stopping || system is null)
        {
            return;
        }

        stopping = true;
        NodeLog.Stopping(logger);
        try
        {
            await nodeActor.Ask<NodeStopped>(StopNode.Instance, settings.Actors.ShutdownTimeout).WaitAsync(cancellation);
        }
        catch (Exception exception) when (exception is OperationCanceledException or TimeoutException)
        {
            // Whoever still waits for an answer gets none; that is what stopping at once means.
        }

        await ReleaseAsync();
        NodeLog.Stopped(logger);
        ended.TrySetResult(null);
    }

    public async ValueTask DisposeAsync()
    {
        stopping = true;
        await ReleaseAsync();
        ended.TrySetResult(null);
    }

    private ClusterViewHolder Open()
    {
        directory = WorkingDirectory.Open(settings.WorkingDirectory, settings.Identity, DrawNodeId());
        var stored = SqliteCheckpointStore.Open(directory.CheckpointPath);
        checkpoints = stored;
        var gossipKeys = KeyringFile.Open(directory.DirectoryPath, settings.Gossip.EncryptKey);
        gossipNetwork = new SocketGossipNetwork();
        network = new TcpPeerNetwork(PeerNetworkOptionsFrom.Settings(settings.Transport)) { Gossip = gossipNetwork };
        var inbound = new InboundPeers(logger, TimeProvider.System);
        var identity = directory.Identity;
        var views = new ClusterViewHolder(InitialView(identity));
        telemetry = new NodeTelemetry(settings, directory, views, network.Traffic, inbound, TimeProvider.System, logger);
        checkpoints = telemetry.Watching(stored);
        var ports = new NodePorts(
            OpenJournal,
            checkpoints,
            telemetry.Watching(network),
            gossipNetwork,
            gossipKeys,
            new IdentityFile(directory),
            TimeProvider.System,
            new Random(RandomNumberGenerator.GetInt32(int.MaxValue)),
            logger,
            Statistics: telemetry.Statistics);

        // No actor of a node is restarted: with half a state it would break promises that the other half gave.
        system = ActorSystem.Create("keva", new ActorSystemOptions
        {
            Dispatcher = new ThreadPoolDispatcher(settings.Actors.Throughput),
            GuardianSupervisorStrategy = new OneForOneStrategy(_ => Directive.Escalate),
        });
        telemetry.Actors = system;
        system.EventStream.Subscribe<Error>(LogFailure);
        network.Listen(settings.PeerEndpoint.Host, settings.PeerEndpoint.Port, telemetry.Watching(inbound));
        gossipNetwork.Bind(network.LocalEndPoints);
        nodeActor = system.ActorOf(Props.Create(() => new NodeActor(settings, ports, inbound, views)), "node");
        _ = WatchAsync(system);
        telemetry.Start();
        return views;
    }

    private IReadOnlyList<HttpRoute> DashboardOf(IActorRef gateway, ClusterViewHolder views, IKeyValueService service, IClusterEvents clusterEvents)
    {
        var feed = new DashboardFeed(() => new NodeCamera(views, telemetry!, TimeProvider.System), TimeProvider.System);
        return DashboardRoutes.Of(feed, clusterEvents, new StoreInspector(gateway, settings.Http.RequestTimeout), service);
    }

    private async Task<IActorRef> FindMembershipAsync() =>
        (await nodeActor.Ask<MembershipFound>(GetMembership.Instance, settings.Http.RequestTimeout)).Membership;

    private IJournal OpenJournal(IJournalEvents events)
    {
        var options = new JournalOptions
        {
            CheckpointBytes = settings.Journal.WalBytes,
            ReserveBytes = settings.Journal.ReserveBytes,
            StallRetry = settings.Journal.RetryInterval,
        };
        journal = SqliteJournal.Open(directory!.JournalPath, telemetry!.Watching(events), options);
        return telemetry.Watching(journal);
    }

    // A failure is published again by each supervisor that passes it up.
    private void LogFailure(Error error)
    {
        if (Interlocked.Exchange(ref lastFailure, error.Cause) != error.Cause)
        {
            NodeLog.ActorFailed(logger, error.LogSource, error.Cause);
        }
    }

    // A node that failed must not seem to be alive: its host hears of it, and its ports close.
    private async Task WatchAsync(ActorSystem running)
    {
        await running.WhenTerminated;
        if (stopping)
        {
            return;
        }

        var cause = CauseOf(running);
        NodeLog.Failed(logger, cause.Message);
        await ReleaseAsync();
        ended.TrySetResult(cause);
    }

    private static Exception CauseOf(ActorSystem failed) => failed.FailureCause switch
    {
        ActorInitializationException { InnerException: { } inner } => inner,
        { } cause => cause,
        null => new InvalidOperationException("the node's actors ended"),
    };

    private ClusterView InitialView(NodeIdentity identity) =>
        new(
            settings.ClusterName,
            identity.IsFormed ? new ClusterId(identity.Cluster).ToString() : null,
            identity.Node,
            identity.Name,
            NodeId.None,
            Term.Zero,
            0,
            0,
            IsReady: false,
            identity.IsFormed ? "the node is loading its data" : "the node is not yet part of a cluster",
            IsStopping: false,
            []);

    private static NodeId DrawNodeId()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        ulong value;
        do
        {
            RandomNumberGenerator.Fill(bytes);
            value = BitConverter.ToUInt64(bytes);
        }
        while (value == 0);
        return new NodeId(value);
    }

    private Task ReleaseAsync()
    {
        // A node may fail and be stopped at the same moment.
        lock (releaseGate)
        {
            return releasing ??= ReleaseOnceAsync();
        }
    }

    private async Task ReleaseOnceAsync()
    {
        // Users first, then what serves them, then what that stands on.
        if (http is not null)
        {
            await http.DisposeAsync();
        }

        if (system is not null)
        {
            await system.Terminate();
        }

        if (network is not null)
        {
            await network.DisposeAsync();
        }

        if (gossipNetwork is not null)
        {
            await gossipNetwork.DisposeAsync();
        }

        if (telemetry is not null)
        {
            await telemetry.DisposeAsync();
        }

        journal?.Dispose();
        checkpoints?.Dispose();
        directory?.Dispose();
    }
}
