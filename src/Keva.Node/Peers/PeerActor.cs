using Keva.Actors;
using Keva.Node.Configuration;
using Keva.Node.Transport;
using Keva.Raft;
using Keva.Raft.Messages;

namespace Keva.Node.Peers;

/// <summary>
/// The connections to one other node: one for what must not wait, one for bulk. Each is dialled again when it is lost,
/// after a pause that grows and is never the same, so that nodes do not dial in step.
/// </summary>
public sealed class PeerActor : ReceiveActor, IWithTimers
{
    private readonly string address;
    private readonly IPeerNetwork network;
    private readonly TransportSettings settings;
    private readonly Random random;
    private readonly IActorRef node;
    private readonly Lane control = new(PeerLane.Control);
    private readonly Lane bulk = new(PeerLane.Bulk);
    private NodeId expected;
    private PeerHello greeting;
    private PeerHello? up;
    private long attempts;

    /// <param name="address">Where to dial, <c>host:port</c>.</param>
    /// <param name="expected">Who must answer there; none for anybody.</param>
    /// <param name="greeting">How this node introduces itself.</param>
    /// <param name="network">The way out.</param>
    /// <param name="settings">Pauses between attempts.</param>
    /// <param name="random">Where the jitter comes from.</param>
    /// <param name="node">Who is told when the peer comes and goes.</param>
    public PeerActor(string address, NodeId expected, PeerHello greeting, IPeerNetwork network, TransportSettings settings, Random random, IActorRef node)
    {
        this.address = address;
        this.expected = expected;
        this.greeting = greeting;
        this.network = network;
        this.settings = settings;
        this.random = random;
        this.node = node;
        Receive<SendToPeer>(OnSend);
        Receive<Dial>(message => ConnectIfWaiting(LaneOf(message.Lane)));
        Receive<Connected>(OnConnected);
        Receive<Closed>(OnClosed);
        Receive<GreetingChanged>(OnGreetingChanged);
        Receive<PeerExpected>(OnExpected);
        Receive<PeerSeen>(_ => OnSeen());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Connect(control);
        Connect(bulk);
    }

    protected override void PostStop()
    {
        control.Connection?.Close();
        bulk.Connection?.Close();
    }

    private static bool IsBulk(RaftMessage message) =>
        message is AppendEntriesRequest or InstallSnapshotRequest or ForwardProposals;

    private void OnSend(SendToPeer message)
    {
        if (up is not null)
        {
            (IsBulk(message.Message) ? bulk : control).Connection?.TrySend(message.Group, message.Message);
        }
    }

    private void OnSeen()
    {
        ConnectIfWaiting(control);
        ConnectIfWaiting(bulk);
    }

    private void ConnectIfWaiting(Lane lane)
    {
        if (lane.Connection is null)
        {
            Timers.Cancel(lane.Name);
            Connect(lane);
        }
    }

    private void Connect(Lane lane)
    {
        var attempt = ++attempts;
        lane.Attempt = attempt;
        lane.Remote = null;
        lane.Connection = network.Connect(address, lane.Name, greeting, new Events(Self, lane.Name, attempt));
    }

    private void OnConnected(Connected message)
    {
        var lane = LaneOf(message.Lane);
        if (lane.Attempt != message.Attempt)
        {
            return;
        }

        if (IsUnexpected(message.Remote))
        {
            Refuse(lane, message.Remote);
            return;
        }

        lane.Remote = message.Remote;
        lane.Failures = 0;
        if (control.Remote is { } first && bulk.Remote is { } second)
        {
            if (first.Node != second.Node || first.Cluster != second.Cluster)
            {
                // The peer was replaced, or joined its cluster, between the two greetings.
                Redial("the peer changed its identity while it was dialled");
                return;
            }

            up = first;
            node.Tell(new PeerUp(address, first));
        }
    }

    // Messages are for one identity: what a wiped node of the same name would make of them is not what was meant.
    private bool IsUnexpected(PeerHello remote) => !expected.IsNone && remote.Node != expected;

    private void Refuse(Lane lane, PeerHello remote)
    {
        var connection = lane.Connection;
        lane.Attempt = ++attempts;
        GoDown($"'{remote.Name}' answers there as {remote.Node}, not as {expected}; it was wiped or replaced", wanted: false);
        DialLater(lane);
        connection?.Close();
    }

    private void OnExpected(PeerExpected message)
    {
        expected = message.Node;
        if (up is { } remote && IsUnexpected(remote))
        {
            Redial("another node is expected at this address");
        }
    }

    private void OnClosed(Closed message)
    {
        var lane = LaneOf(message.Lane);
        if (lane.Attempt != message.Attempt)
        {
            return;
        }

        GoDown(message.Reason, wanted: false);
        DialLater(lane);
    }

    private void OnGreetingChanged(GreetingChanged message)
    {
        greeting = message.Greeting;
        Redial("this node's greeting changed");
    }

    private void Redial(string reason)
    {
        GoDown(reason, wanted: true);
        foreach (var lane in new[] { control, bulk })
        {
            Timers.Cancel(lane.Name);
            var old = lane.Connection;
            Connect(lane);
            old?.Close();
        }
    }

    private void GoDown(string reason, bool wanted)
    {
        if (up is { } remote)
        {
            up = null;
            node.Tell(new PeerDown(address, remote, reason, wanted));
        }
        else if (!wanted)
        {
            node.Tell(new PeerUnreachable(address, reason));
        }
    }

    private void DialLater(Lane lane)
    {
        lane.Connection = null;
        lane.Remote = null;
        lane.Failures++;
        var ceiling = settings.ReconnectBackoffMin * Math.Pow(2, Math.Min(lane.Failures - 1, 16));
        ceiling = ceiling < settings.ReconnectBackoffMax ? ceiling : settings.ReconnectBackoffMax;
        var pause = ceiling * (0.5 + random.NextDouble() / 2);
        Timers.StartSingleTimer(lane.Name, new Dial(lane.Name), pause);
    }

    private Lane LaneOf(PeerLane name) => name == PeerLane.Control ? control : bulk;

    private sealed record Dial(PeerLane Lane);

    private sealed record Connected(PeerLane Lane, long Attempt, PeerHello Remote);

    private sealed record Closed(PeerLane Lane, long Attempt, string Reason);

    private sealed class Lane(PeerLane name)
    {
        public PeerLane Name { get; } = name;

        public IPeerConnection? Connection { get; set; }

        /// <summary>The peer's greeting, once this lane is open.</summary>
        public PeerHello? Remote { get; set; }

        /// <summary>Tells the events of the current connection from those of earlier ones.</summary>
        public long Attempt { get; set; }

        public int Failures { get; set; }
    }

    private sealed class Events(IActorRef self, PeerLane lane, long attempt) : IPeerConnectionEvents
    {
        public void OnConnected(PeerHello remote) => self.Tell(new Connected(lane, attempt, remote), ActorRefs.NoSender);

        public void OnClosed(string reason) => self.Tell(new Closed(lane, attempt, reason), ActorRefs.NoSender);
    }
}
