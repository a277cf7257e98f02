using System.Net;
using Keva.Serf.Wire;

namespace Keva.Serf.Swim;

/// <summary>
/// Membership and failure detection: SWIM with Lifeguard, in the dialect of memberlist 0.2.2. Knows which nodes there are
/// and spreads messages of the layer above; what they mean is not its concern.
/// </summary>
internal sealed class Memberlist
{
    /// <summary>Not one: some are busy with another probe, and some of what is sent is lost.</summary>
    private const int WitnessesPerConfirmation = 3;

    private readonly SerfOptions options;
    private readonly Random random;
    private readonly TimerQueue timers;
    private readonly KeyringHolder keys;
    private readonly IMemberlistListener listener;
    private readonly NodeTable nodes;
    private readonly NodeStates states;
    private readonly AckWaiters waiters = new();
    private readonly PacketSender sender;
    private readonly StreamTable streams;
    private readonly PushPullExchange pushPull;
    private readonly IndirectPings indirectPings;
    private readonly Prober prober;
    private TimeSpan nextGossip;
    private long malformed;

    public Memberlist(SerfOptions options, Random random, NonceSource nonces, TimerQueue timers, KeyringHolder keys, Outbox outbox, IMemberlistListener listener)
    {
        this.options = options;
        this.random = random;
        this.timers = timers;
        this.keys = keys;
        this.listener = listener;
        nodes = new NodeTable(random);
        var broadcasts = new BroadcastQueue(options.Timing.RetransmitMultiplier, () => nodes.Count);
        Awareness = new Awareness(options.Timing.AwarenessMaxMultiplier);
        states = new NodeStates(options, timers, nodes, broadcasts, Awareness, listener);
        sender = new PacketSender(options, keys, nonces, outbox, broadcasts, listener);
        pushPull = new PushPullExchange(options, random, timers, nodes, states, listener) { Streams = () => streams! };
        streams = new StreamTable(options, timers, keys, nonces, outbox) { Serve = ServeStream, Served = AfterServing };
        indirectPings = new IndirectPings(options, timers, states, waiters, sender);
        prober = new Prober(new ProbeContext(options.Timing, timers, nodes, states, Awareness, waiters, sender, streams, listener), random);
    }

    public NodeRecord Self => states.Self;

    public Awareness Awareness { get; }

    public NodeTable Nodes => nodes;

    /// <summary>What came from the network and could not be used.</summary>
    public long Refused => malformed + streams.Refused + states.Ignored;

    /// <summary>How often this node looked after another since the start, and how often nobody got an answer.</summary>
    public (long Begun, long Failed) Probes => (prober.Begun, prober.Failed);

    public void Start(byte[] meta)
    {
        states.Start(meta);
        prober.Start();
        pushPull.Start();
        nextGossip = timers.Now + options.Timing.GossipInterval;
    }

    /// <summary>
    /// When <see cref="Gossip"/> has something to send; null if there is nothing. A node of a quiet cluster is not woken for the
    /// beats at which it would stay silent.
    /// </summary>
    public TimeSpan? GossipDue => sender.HasBroadcasts ? nextGossip : null;

    /// <summary>
    /// Called with the new time before anything else happens at it: the beats that went by without anything to send are left
    /// out, and what comes now waits for the next one, as it would have.
    /// </summary>
    public void SkipSilentGossip()
    {
        if (!sender.HasBroadcasts)
        {
            PlanGossipAfterNow();
        }
    }

    /// <summary>Sends what is to be gossiped to a few nodes, if it is time.</summary>
    public void Gossip()
    {
        if (timers.Now < nextGossip || !sender.HasBroadcasts)
        {
            return;
        }

        PlanGossipAfterNow();
        foreach (var node in nodes.Pick(options.Timing.GossipNodes, IsWorthTelling))
        {
            if (!sender.TrySendGossip(node))
            {
                return;
            }
        }
    }

    public void Redescribe(byte[] meta) => states.Redescribe(meta);

    /// <summary>Says farewell; if there is nobody to say it to, it counts as said at once.</summary>
    public void Leave(Action onSent)
    {
        var isAlone = !nodes.All.Any(node => node != Self && !node.IsGone);
        states.Leave(onSent);
        if (isAlone)
        {
            onSent();
        }
    }

    public void ProbeSoon(string node)
    {
        if (nodes.Find(node) is { IsGone: false } found && found != Self)
        {
            prober.ProbeSoon(found);
        }
    }

    public void ExpelStrangers() => states.ExpelStrangers();

    public void CloseStreams() => streams.CloseAll();

    public long AcceptStream() => streams.Accept();

    public void OnStreamData(long stream, ReadOnlySpan<byte> bytes) => streams.OnData(stream, bytes);

    public void OnStreamClosed(long stream) => streams.OnClosed(stream);

    public void Join(IPEndPoint address, bool ignoreOldEvents, Action<string?> onFinished) =>
        pushPull.With(address, join: true, ignoreOldEvents, onFinished);

    /// <summary>Exchanges all that is known with some other node that lives, if there is one.</summary>
    public void Synchronise() => pushPull.WithAny();

    /// <summary>Asks over a stream whether a node of this name lives there; silence is a no.</summary>
    public void AskAt(IPEndPoint address, string name, Action<bool> onAnswer) =>
        streams.Open(
            address,
            new Ping(SequenceNumber: 0, name, Self.Address, Self.Port, Self.Name),
            (answer, _) => onAnswer(answer is AckResponse { SequenceNumber: 0 }),
            options.Timing.ProbeInterval);

    /// <summary>A message of the layer above to one node, past all queues.</summary>
    public void SendUserMessage(IPEndPoint to, byte[] content) => sender.SendOnly(to, checksum: false, new UserMessage(content));

    public void OnDatagram(IPEndPoint from, ReadOnlySpan<byte> datagram)
    {
        try
        {
            var messages = DatagramCodec.Open(datagram, keys.Current, out var unreadable);
            malformed += unreadable;
            foreach (var message in messages)
            {
                OnMessage(from, message);
            }
        }
        catch (MalformedMessageException)
        {
            malformed++;
        }
    }

    private void OnMessage(IPEndPoint from, byte[] encoded)
    {
        MemberlistMessage message;
        try
        {
            message = MemberlistDecoder.Decode(encoded);
        }
        catch (MalformedMessageException)
        {
            malformed++;
            return;
        }

        switch (message)
        {
            case Ping ping:
                OnPing(from, ping);
                break;
            case IndirectPing request:
                indirectPings.OnRequest(from, request);
                break;
            case AckResponse ack:
                waiters.OnAck(ack);
                break;
            case NackResponse nack:
                waiters.OnNack(nack);
                break;
            case Alive alive:
                states.OnAlive(alive);
                break;
            case Suspect suspect:
                OnSuspect(suspect);
                break;
            case Dead dead:
                states.OnDead(dead);
                break;
            case UserMessage user:
                listener.OnUserMessage(user.Content);
                break;
        }
    }

    // One accuser alone has to wait six times as long for a verdict. So a few of those who hear of a suspicion look for
    // themselves at once, whatever their order of probes: their word shortens the time, or the suspect learns from the ping that
    // it has to object. A few, because in a large cluster the suspect must not be asked by everybody.
    private void OnSuspect(Suspect suspect)
    {
        if (states.OnSuspect(suspect)
            && nodes.Find(suspect.Node) is { Suspicion: { } suspicion } node
            && suspicion.WantsWordOf(Self.Name)
            && random.NextDouble() * (nodes.Count - 2) < WitnessesPerConfirmation * suspicion.ExpectedConfirmations)
        {
            prober.ProbeSoon(node);
        }
    }

    private void OnPing(IPEndPoint from, Ping ping)
    {
        if (!IsForUs(ping))
        {
            // For a node that had our address before, and must not seem alive because of us.
            malformed++;
            return;
        }

        var to = NodeAddress.IsUsable(ping.SourceAddress) && ping.SourcePort != 0
            ? NodeAddress.ToEndPoint(ping.SourceAddress!, ping.SourcePort)
            : from;
        sender.Send(to, new AckResponse(ping.SequenceNumber, listener.AckPayload()));
    }

    private bool IsForUs(Ping ping) => ping.Node.Length == 0 || string.Equals(ping.Node, Self.Name, StringComparison.Ordinal);

    private MemberlistMessage? ServeStream(MemberlistMessage request) => request switch
    {
        PushPull remote => pushPull.LocalState(remote.Join),
        Ping ping when IsForUs(ping) => new AckResponse(ping.SequenceNumber, Payload: null),
        _ => null,
    };

    private void AfterServing(MemberlistMessage request)
    {
        switch (request)
        {
            case PushPull remote when pushPull.TryMerge(remote, ignoreOldEvents: false) is not null:
                malformed++;
                break;
            case UserMessage user:
                listener.OnUserMessage(user.Content);
                break;
        }
    }

    private void PlanGossipAfterNow()
    {
        var late = timers.Now - nextGossip;
        if (late >= TimeSpan.Zero)
        {
            var interval = options.Timing.GossipInterval;
            nextGossip += interval > TimeSpan.Zero ? interval * ((late.Ticks / interval.Ticks) + 1) : late;
        }
    }

    /// <summary>Also those who died a short while ago: if they did not, they hear of it.</summary>
    private bool IsWorthTelling(NodeRecord node) => node != Self && node.State switch
    {
        NodeState.Alive or NodeState.Suspect => true,
        NodeState.Dead => timers.Now - node.StateChange <= options.Timing.GossipToTheDeadTime,
        _ => false,
    };
}
