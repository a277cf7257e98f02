using Keva.Serf.Wire;

namespace Keva.Serf.Swim;

/// <summary>
/// What becomes of a node's record when somebody says that the node is alive, suspect or dead: the rules of SWIM (section
/// 4.2), by which every node comes to the same view in whatever order it hears things. A higher incarnation, which only the
/// node itself can take, beats a lower; at the same incarnation dead beats suspect beats alive.
/// </summary>
internal sealed class NodeStates
{
    /// <summary>
    /// Agents with more patience wait for more to confirm. That is no protection that two nodes do not give, and a node that
    /// probes often has a larger multiplier for the same time.
    /// </summary>
    private const int MostConfirmations = 2;

    private readonly SerfOptions options;
    private readonly TimerQueue timers;
    private readonly NodeTable nodes;
    private readonly BroadcastQueue broadcasts;
    private readonly Awareness awareness;
    private readonly IMemberlistListener listener;
    private Action? onFarewellSent;

    public NodeStates(SerfOptions options, TimerQueue timers, NodeTable nodes, BroadcastQueue broadcasts, Awareness awareness, IMemberlistListener listener)
    {
        this.options = options;
        this.timers = timers;
        this.nodes = nodes;
        this.broadcasts = broadcasts;
        this.awareness = awareness;
        this.listener = listener;
        Self = new NodeRecord(options.Name, NodeAddress.ToBytes(options.Advertise.Address), (ushort)options.Advertise.Port);
    }

    public NodeRecord Self { get; }

    public bool IsLeaving { get; private set; }

    /// <summary>Messages that a well-behaved node does not send.</summary>
    public long Ignored { get; private set; }

    /// <summary>This node comes up. Its first incarnation is 1: nobody believes in a new node of incarnation 0.</summary>
    public void Start(byte[] meta)
    {
        Self.Describe(Self.Address, Self.Port, meta, VersionVector.Ours.ToBytes());
        Self.Incarnation = 1;
        Self.Become(NodeState.Alive, timers.Now);
        nodes.Add(Self);
        broadcasts.Add(MemberlistEncoder.Encode(Self.ToAlive()), Self.Name);
        listener.OnJoined(Self);
    }

    /// <summary>Tells everybody what this node now says about itself.</summary>
    public void Redescribe(byte[] meta)
    {
        Self.Describe(Self.Address, Self.Port, meta, Self.VersionBytes);
        Self.Incarnation++;
        broadcasts.Add(MemberlistEncoder.Encode(Self.ToAlive()), Self.Name);
        listener.OnUpdated(Self);
    }

    /// <summary>Says farewell; <paramref name="onSent"/> is called when that has been gossiped often enough.</summary>
    public void Leave(Action onSent)
    {
        IsLeaving = true;
        onFarewellSent = onSent;
        OnDead(new Dead(Self.Incarnation, Self.Name, Self.Name));
    }

    public void OnAlive(Alive alive)
    {
        if (alive.Port == 0)
        {
            // What older agents write for "the same port as yours".
            alive = alive with { Port = Self.Port };
        }

        var isSelf = IsSelf(alive.Node);
        if (isSelf && IsLeaving)
        {
            return;
        }

        if (!IsAcceptable(alive))
        {
            Ignored++;
            return;
        }

        var node = nodes.Find(alive.Node);
        if (!Admits(alive.Node, alive.Meta) && !(isSelf && Self.HasAddress(alive.Address!, alive.Port)))
        {
            // What a node of another cluster says is nothing to us, also if it has a name that is known here; but who is
            // known here and says that it is elsewhere now is to be believed.
            Ignored++;
            if (node is not null && !isSelf && alive.Incarnation > node.Incarnation && node.HasAddress(alive.Address!, alive.Port))
            {
                Expel(node);
            }

            return;
        }

        if (node is null)
        {
            if (alive.Incarnation == 0 || nodes.Count >= WireLimits.PushPullNodes)
            {
                Ignored++;
                return;
            }

            node = new NodeRecord(alive.Node, alive.Address!, alive.Port);
            nodes.Add(node);
        }

        var moves = !node.HasAddress(alive.Address!, alive.Port);
        if (moves && !MayMove(node))
        {
            listener.OnConflict(node, alive);
            return;
        }

        if (isSelf)
        {
            DefendDescription(alive);
        }
        else if (moves || alive.Incarnation > node.Incarnation)
        {
            Accept(node, alive);
        }
    }

    /// <returns>Whether that was news: a suspicion that begins, or one that somebody else has, too.</returns>
    public bool OnSuspect(Suspect suspect)
    {
        var node = nodes.Find(suspect.Node);
        if (node is null || suspect.Incarnation < node.Incarnation)
        {
            AnswerStaleAccusation(suspect.Node);
            return false;
        }

        if (node.Suspicion is { } running)
        {
            if (!running.Confirm(suspect.From))
            {
                return false;
            }

            Broadcast(suspect, suspect.Node);
            ArmSuspicion(node, running);
            return true;
        }

        if (node.State != NodeState.Alive)
        {
            return false;
        }

        if (IsSelf(suspect.Node))
        {
            Refute(suspect.Incarnation);
            return false;
        }

        Broadcast(suspect, suspect.Node);
        node.Incarnation = suspect.Incarnation;
        node.Become(NodeState.Suspect, timers.Now);
        StartSuspicion(node, suspect.From);
        return true;
    }

    public void OnDead(Dead dead)
    {
        var node = nodes.Find(dead.Node);
        if (node is null || dead.Incarnation < node.Incarnation)
        {
            AnswerStaleAccusation(dead.Node);
            return;
        }

        node.DropSuspicion();
        if (node.IsGone)
        {
            return;
        }

        if (!IsSelf(dead.Node))
        {
            Broadcast(dead, dead.Node);
        }
        else if (IsLeaving)
        {
            broadcasts.Add(MemberlistEncoder.Encode(dead), dead.Node, onFarewellSent);
        }
        else
        {
            Refute(dead.Incarnation);
            return;
        }

        node.Incarnation = dead.Incarnation;
        node.Become(dead.From == dead.Node ? NodeState.Left : NodeState.Dead, timers.Now);
        listener.OnLeft(node);
    }

    /// <summary>
    /// What another node holds. Its dead are only suspects here, in our own name: so a node that is back gets to know that it
    /// is held to be dead, and can object.
    /// </summary>
    public void Merge(IReadOnlyList<PushPullNode> remote)
    {
        foreach (var node in remote)
        {
            switch (node.State)
            {
                case NodeState.Alive:
                    OnAlive(new Alive(node.Incarnation, node.Name, node.Address, node.Port, node.Meta, node.Version));
                    break;
                case NodeState.Left:
                    OnDead(new Dead(node.Incarnation, node.Name, node.Name));
                    break;
                default:
                    OnSuspect(new Suspect(node.Incarnation, node.Name, Self.Name));
                    break;
            }
        }
    }

    /// <summary>Whether a node may be in this cluster; what it says of itself must be acceptable otherwise.</summary>
    public bool Admits(string name, byte[]? meta) => options.Admits is not { } admits || admits(name, TagsCodec.Decode(meta));

    public void ExpelStrangers()
    {
        foreach (var node in nodes.All.Where(node => node != Self && !Admits(node.Name, node.Meta)).ToList())
        {
            Expel(node);
        }
    }

    private void Expel(NodeRecord node)
    {
        node.DropSuspicion();

        // A probe may still hold the record.
        node.Become(NodeState.Left, timers.Now);
        nodes.Remove(node);
        listener.OnExpelled(node);
    }

    public bool IsSelf(string name) => string.Equals(name, Self.Name, StringComparison.Ordinal);

    private static bool IsAcceptable(Alive alive) =>
        VersionVector.FromBytes(alive.Version).IsValid
        && NodeAddress.IsUsable(alive.Address)
        && alive.Node.Length is > 0 and <= WireLimits.NameBytes
        && (alive.Meta?.Length ?? 0) <= WireLimits.MetaBytes;

    private bool MayMove(NodeRecord node) => node.State switch
    {
        NodeState.Left => true,
        // A node that has just been created and never been alive has the address that came with it.
        NodeState.Dead => options.DeadNodeReclaimTime > TimeSpan.Zero && timers.Now - node.StateChange > options.DeadNodeReclaimTime,
        _ => false,
    };

    /// <summary>Somebody says of us what an earlier life of ours said: the others must come to know better.</summary>
    private void DefendDescription(Alive alive)
    {
        var isCurrent = alive.Incarnation == Self.Incarnation
            && Same(alive.Meta, Self.Meta)
            && Same(alive.Version, Self.VersionBytes);
        if (alive.Incarnation >= Self.Incarnation && !isCurrent)
        {
            Refute(alive.Incarnation);
        }
    }

    private static bool Same(byte[]? a, byte[]? b) => a.AsSpan().SequenceEqual(b);

    private void Accept(NodeRecord node, Alive alive)
    {
        node.DropSuspicion();
        Broadcast(alive, alive.Node);
        var wasGone = node.IsGone;
        var isNews = !Same(node.Meta, alive.Meta) || !node.HasAddress(alive.Address!, alive.Port);
        node.Incarnation = alive.Incarnation;
        node.Describe(alive.Address!, alive.Port, alive.Meta, alive.Version);
        node.Become(NodeState.Alive, timers.Now);
        if (wasGone)
        {
            listener.OnJoined(node);
        }
        else if (isNews)
        {
            listener.OnUpdated(node);
        }
    }

    // Whoever accuses this node under an earlier incarnation has missed that it objected. The objection is out of the queue
    // by now: without being said again, the accuser would hear of it only with its next push/pull.
    private void AnswerStaleAccusation(string accused)
    {
        if (IsSelf(accused) && !IsLeaving)
        {
            broadcasts.Add(MemberlistEncoder.Encode(Self.ToAlive()), Self.Name);
        }
    }

    private void Refute(uint accused)
    {
        Self.Incarnation = Math.Max(Self.Incarnation, accused == uint.MaxValue ? accused : accused + 1);
        awareness.Apply(1);
        broadcasts.Add(MemberlistEncoder.Encode(Self.ToAlive()), Self.Name);
    }

    private void StartSuspicion(NodeRecord node, string accuser)
    {
        var timing = options.Timing;
        var least = Suspicion.LeastTimeout(timing, nodes.Count);
        var expected = Math.Min(timing.SuspicionMultiplier - 2, MostConfirmations);
        if (nodes.Count - 2 < expected)
        {
            // There are not that many others who could confirm.
            expected = 0;
        }

        node.Suspicion = new Suspicion(accuser, expected, least, timing.SuspicionMaxTimeoutMultiplier * least, timers.Now);
        ArmSuspicion(node, node.Suspicion);
    }

    private void ArmSuspicion(NodeRecord node, Suspicion suspicion) =>
        suspicion.Arm(timers, () => OnSuspicionExpired(node, suspicion));

    private void OnSuspicionExpired(NodeRecord node, Suspicion suspicion)
    {
        if (timers.Now - suspicion.Deadline > options.Timing.ProbeInterval)
        {
            // We were not running: the objection may be waiting to be read.
            timers.Schedule(options.Timing.ProbeInterval, () => Declare(node, suspicion));
            return;
        }

        Declare(node, suspicion);
    }

    private void Declare(NodeRecord node, Suspicion suspicion)
    {
        if (node.Suspicion == suspicion && node.State == NodeState.Suspect)
        {
            OnDead(new Dead(node.Incarnation, node.Name, Self.Name));
        }
    }

    private void Broadcast(MemberlistMessage message, string subject) => broadcasts.Add(MemberlistEncoder.Encode(message), subject);
}
