using System.Collections.Immutable;
using Keva.Actors;
using Keva.Node.Transport;
using Keva.Serf;

namespace Keva.Node.Gossip;

/// <summary>
/// Runs the node's part of the gossip: hands it what arrives, the time, and what others ask; carries out what it wants; and
/// tells the node's actor which nodes there are. Gossip only finds out and never decides: who is a member of the cluster
/// says the log.
/// </summary>
public sealed class MembershipActor : ReceiveActor, IWithTimers
{
    // A node that looks for its cluster must see whether its seeds lead to two of them, and not take the one that answers
    // first. But it does not wait long for a seed that is gone.
    private static readonly TimeSpan SeedPatience = TimeSpan.FromSeconds(2);

    private readonly MembershipSetup setup;
    private readonly IActorRef node;
    private readonly SerfNode serf;
    private readonly GossipInbox inbox;
    private readonly SeedJoining seeds;
    private readonly MembershipLog log;
    private readonly GossipWatchers watchers = new();
    private readonly OpenQueries queries = new();
    private readonly Dictionary<QueryId, IActorRef> keyOperations = [];
    private readonly Dictionary<long, JoinAttempt> joins = [];
    private readonly SortedDictionary<long, StreamLink> streams = [];
    private readonly List<IActorRef> awaitingFarewell = [];
    private ClusterId cluster;
    private ImmutableArray<GossipPeer> peers = [];
    private int malformedPeers;
    private int openSeedAttempts;
    private bool isSeedPatienceOver;
    private long seenRevision;
    private TimeSpan? armedFor;

    /// <param name="setup">The node and its surroundings.</param>
    /// <param name="node">Who is told which nodes there are.</param>
    public MembershipActor(MembershipSetup setup, IActorRef node)
    {
        this.setup = setup;
        this.node = node;
        cluster = setup.Cluster;
        serf = new SerfNode(SerfOptionsFrom.Setup(setup, () => cluster), setup.Random, setup.Keys.Nonces);
        inbox = new GossipInbox(Self);
        seeds = new SeedJoining(setup.PeerAddress, new Random(setup.Random.Next()));
        log = new MembershipLog(setup.Logger, setup.Name);
        ReceiveFromNode();
        ReceiveFromNetwork();
        ReceiveFromOperators();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        serf.Start(Now());
        setup.Network.Open(inbox);
        Carry();
    }

    protected override void PostStop()
    {
        foreach (var link in streams.Values)
        {
            link.Stream?.Close();
        }

        watchers.Complete();
        queries.Complete();
    }

    private void ReceiveFromNode()
    {
        Receive<JoinGossip>(message =>
        {
            seeds.Use(message.Addresses);
            JoinSeeds();
        });
        Receive<JoinSeedsDue>(_ => JoinSeeds());
        Receive<SeedPatienceOver>(_ =>
        {
            isSeedPatienceOver = true;
            ReportPeers();
        });
        Receive<OwnTagsChanged>(OnOwnTagsChanged);
        Receive<PeerConnectionLost>(message => Do(() => serf.ProbeSoon(Now(), message.Name)));
        Receive<LeaveGossip>(_ => OnLeave());
        Receive<SerfDue>(_ =>
        {
            armedFor = null;
            Do(() => serf.OnTimer(Now()));
        });
    }

    private void ReceiveFromNetwork()
    {
        Receive<DatagramArrived>(message =>
        {
            inbox.OnHandled(message.Datagram.Length);
            Do(() => serf.OnDatagram(Now(), message.From, message.Datagram.Span));
        });
        Receive<StreamArrived>(message => Do(() =>
        {
            message.Link.Number = serf.AcceptStream(Now());
            streams.Add(message.Link.Number, message.Link);
        }));
        Receive<StreamBytesArrived>(message =>
        {
            inbox.OnHandled(message.Bytes.Length);
            Do(() => serf.OnStreamData(Now(), message.Link.Number, message.Bytes.Span));
        });
        Receive<StreamEnded>(message => Do(() => serf.OnStreamClosed(Now(), message.Link.Number)));
        Receive<AddressResolved>(OnAddressResolved);
        Receive<KeyringSaved>(message => log.KeyringNotSaved(message.Problem));
    }

    private void ReceiveFromOperators()
    {
        Receive<GetGossipView>(_ => Sender.Tell(View()));
        Receive<SendUserEvent>(message => Answer(() =>
        {
            serf.SendEvent(Now(), message.Name, message.Payload.ToArray(), message.Coalesce);
            return GossipDone.Instance;
        }));
        Receive<StartQuery>(message => Answer(() =>
        {
            Require(queries.HasRoom, "too many queries are open on this node; try again when some have ended");
            queries.Add(serf.Query(Now(), message.Name, message.Payload.ToArray(), message.Parameters), message.Progress);
            return GossipDone.Instance;
        }));
        Receive<ForceLeaveMember>(message => Answer(() => serf.ForceLeave(Now(), message.Member, message.Prune)));
        Receive<JoinAddresses>(message => Answer(() =>
        {
            var asker = Sender;
            Join(message.Addresses, message.IgnoreOldEvents, outcome => asker.Tell(outcome));
            return null;
        }));
        Receive<ChangeKeys>(message => Answer(() =>
        {
            keyOperations.Add(Start(message), Sender);
            return null;
        }));
        Receive<EstimateRoundTrip>(message => Answer(() => new RoundTripEstimate(serf.EstimateRoundTrip(message.From, message.To))));
        Receive<StartWatching>(message => Answer(() =>
        {
            Require(watchers.TryAdd(message.News), "too many watch this node; stop some");
            return GossipDone.Instance;
        }));
        Receive<StopWatching>(message => watchers.Remove(message.News));
    }

    private TimeSpan Now() => setup.Clock.GetElapsedTime(0);

    private void Do(Action input)
    {
        input();
        Carry();
    }

    /// <summary>Null is answered later.</summary>
    private void Answer(Func<object?> act)
    {
        try
        {
            Require(!serf.IsStopped, "this node has left the gossip");
            if (act() is { } answer)
            {
                Sender.Tell(answer);
            }
        }
        catch (GossipException exception)
        {
            Sender.Tell(new Status.Failure(new GossipException(exception.Message)));
        }
        catch (ArgumentException exception)
        {
            Sender.Tell(new Status.Failure(new GossipException(SentenceOf(exception)) { IsBadRequest = true }));
        }

        Carry();
    }

    /// <summary>Which parameter of which method it was says nothing to an operator.</summary>
    private static string SentenceOf(ArgumentException exception) =>
        exception.Message.Split(" (Parameter '", 2, StringSplitOptions.None)[0];

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new GossipException(otherwise);
        }
    }

    private void OnOwnTagsChanged(OwnTagsChanged message) => Do(() =>
    {
        cluster = message.Cluster;
        serf.SetTags(Now(), MemberTags.Of(setup, cluster, message.IsJoining));
        serf.ExpelStrangers(Now());
    });

    private void OnLeave()
    {
        if (serf.IsStopped)
        {
            Sender.Tell(GossipLeft.Instance);
            return;
        }

        Timers.Cancel(JoinSeedsDue.Instance);
        awaitingFarewell.Add(Sender);
        Do(() => serf.Leave(Now()));
    }

    private void JoinSeeds()
    {
        if (serf.IsStopped || awaitingFarewell.Count > 0)
        {
            return;
        }

        var next = seeds.Next(serf.HasOthersAlive, peers);
        var isNews = seeds.IsFirstAttempt;
        Timers.StartSingleTimer(JoinSeedsDue.Instance, JoinSeedsDue.Instance, seeds.Pause());
        if (next.Count > 0)
        {
            if (openSeedAttempts++ == 0 && cluster.IsNone)
            {
                isSeedPatienceOver = false;
                Timers.StartSingleTimer(SeedPatienceOver.Instance, SeedPatienceOver.Instance, SeedPatience);
            }

            // What happened before a node started is none of its business; what it missed in the other half of a cluster is.
            Join(next, ignoreOldEvents: !serf.HasOthersAlive, outcome =>
            {
                openSeedAttempts--;
                log.SeedsJoined(outcome, isNews);
            });
        }
    }

    private void Join(IReadOnlyList<string> addresses, bool ignoreOldEvents, Action<GossipJoinOutcome> finished)
    {
        Require(addresses.Count > 0, "there is no address to join");
        var attempt = new JoinAttempt(addresses, ignoreOldEvents, finished);
        var self = Self;
        foreach (var address in addresses)
        {
            setup.Network.Resolve(
                address, (found, problem) => self.Tell(new AddressResolved(attempt, address, found, problem), ActorRefs.NoSender));
        }
    }

    private void OnAddressResolved(AddressResolved message)
    {
        if (message.Attempt.OnResolved(message.Address, message.EndPoints, message.Problem))
        {
            Do(() => joins.Add(serf.Join(Now(), message.Attempt.EndPoints, message.Attempt.IgnoreOldEvents), message.Attempt));
        }
    }

    private QueryId Start(ChangeKeys message) => message.Change switch
    {
        KeyChange.Install => serf.InstallKey(Now(), message.Key.ToArray()),
        KeyChange.Use => serf.UseKey(Now(), message.Key.ToArray()),
        KeyChange.Remove => serf.RemoveKey(Now(), message.Key.ToArray()),
        _ => serf.ListKeys(Now()),
    };

    private GossipView View() => new(
        serf.Name,
        serf.Members,
        serf.Clocks,
        serf.HealthScore,
        !serf.Keyring.IsEmpty,
        serf.RefusedMessages,
        setup.Network.Dropped + inbox.Dropped,
        malformedPeers);

    /// <summary>Does what the node wants done. What that makes it want, too, is in the same list or comes as a message.</summary>
    private void Carry()
    {
        foreach (var output in serf.Drain())
        {
            switch (output)
            {
                case SendDatagram datagram:
                    setup.Network.Send(datagram.To, datagram.Bytes);
                    break;
                case OpenStream open:
                    var link = inbox.LinkTo(open.Stream);
                    streams.Add(open.Stream, link);
                    link.Stream = setup.Network.Connect(open.To, open.Bytes, link);
                    break;
                case WriteStream write:
                    streams.GetValueOrDefault(write.Stream)?.Stream?.Write(write.Bytes);
                    break;
                case CloseStream close when streams.Remove(close.Stream, out var closed):
                    closed.Stream?.Close();
                    break;
                default:
                    Report(output);
                    break;
            }
        }

        setup.Statistics.Show(serf, setup.Network.Dropped + inbox.Dropped);
        ReportPeers();
        ArmTimer();
    }

    private void Report(SerfOutput output)
    {
        log.Report(output);
        watchers.Report(output);
        switch (output)
        {
            case MemberPinged pinged:
                setup.Statistics.RoundTripMeasured?.Invoke(pinged.Name, pinged.RoundTrip);
                break;
            case QueryAcknowledged acknowledged:
                queries.Report(acknowledged.Query, new QueryAcknowledgement(acknowledged.From));
                break;
            case QueryAnswered answered:
                queries.Report(answered.Query, new QueryAnswer(answered.From, answered.Payload));
                break;
            case QueryFinished finished:
                queries.Report(finished.Query, new QueryEnded(finished.Acknowledgements, finished.Answers));
                break;
            case JoinFinished finished when joins.Remove(finished.Join, out var attempt):
                attempt.OnFinished(finished);
                break;
            case KeyOperationFinished finished when keyOperations.Remove(finished.Query, out var asker):
                asker.Tell(finished.Result);
                break;
            case KeyringChanged changed:
                var self = Self;
                setup.Keys.Save(changed.Keyring, problem => self.Tell(new KeyringSaved(problem), ActorRefs.NoSender));
                break;
            case NameConflictLost lost:
                node.Tell(new OwnNameLost(MembershipLog.WhyNameLost(setup.Name, lost)));
                break;
            case LeaveFinished:
                queries.Complete();
                awaitingFarewell.ForEach(asker => asker.Tell(GossipLeft.Instance));
                awaitingFarewell.Clear();
                break;
        }
    }

    private void ReportPeers()
    {
        var waitsForSeeds = cluster.IsNone && openSeedAttempts > 0 && !isSeedPatienceOver;
        if (serf.MembersRevision == seenRevision || waitsForSeeds)
        {
            return;
        }

        seenRevision = serf.MembersRevision;
        var members = serf.Members;
        setup.Statistics.Show(members);
        var nodes = members.Where(member => MemberTags.IsNode(member.Tags)).Select(MemberTags.Read).ToList();
        malformedPeers = nodes.Count(peer => peer is null);
        var now = nodes.OfType<GossipPeer>().ToImmutableArray();
        if (!now.AsSpan().SequenceEqual(peers.AsSpan()))
        {
            peers = now;
            node.Tell(new GossipPeersChanged(now));
        }
    }

    private void ArmTimer()
    {
        if (serf.NextDue == armedFor)
        {
            return;
        }

        armedFor = serf.NextDue;
        if (armedFor is not { } due)
        {
            Timers.Cancel(SerfDue.Instance);
            return;
        }

        var wait = due - Now();
        Timers.StartSingleTimer(SerfDue.Instance, SerfDue.Instance, wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
    }

    private sealed record SerfDue
    {
        public static readonly SerfDue Instance = new();
    }

    private sealed record JoinSeedsDue
    {
        public static readonly JoinSeedsDue Instance = new();
    }

    private sealed record SeedPatienceOver
    {
        public static readonly SeedPatienceOver Instance = new();
    }

    private sealed record KeyringSaved(string? Problem);
}
