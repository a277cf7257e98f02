using System.Net;
using Keva.Serf;

namespace Keva.Tests.Serf.Cluster;

/// <summary>
/// Nodes that gossip over a network that loses and delays datagrams and may be cut, in one thread, in virtual time, from one
/// seed. Streams are reliable, and come in pieces.
/// </summary>
internal sealed class GossipCluster(int seed)
{
    private static readonly TimeSpan StreamLatency = TimeSpan.FromMilliseconds(1);

    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> events = new();
    private readonly Random random = new(seed);
    private readonly Dictionary<IPEndPoint, GossipNode> byAddress = [];
    private long order;

    public TimeSpan Now { get; private set; }

    public List<GossipNode> Nodes { get; } = [];

    /// <summary>Of a hundred datagrams.</summary>
    public int LossPercent { get; set; }

    public TimeSpan LeastLatency { get; set; } = TimeSpan.FromMilliseconds(0.2);

    public TimeSpan MostLatency { get; set; } = TimeSpan.FromMilliseconds(5);

    public long Datagrams { get; private set; }

    /// <summary>The longest datagram of the run.</summary>
    public int LongestDatagram { get; private set; }

    /// <summary>Changes with everything that is sent, so that two runs can be compared.</summary>
    public ulong Fingerprint { get; private set; } = 14695981039346656037;

    /// <summary>Starts a node, in the place of a dead one of the same name if there is one.</summary>
    public GossipNode Start(string name, Func<SerfOptions, SerfOptions>? configure = null, int? port = null)
    {
        var address = new IPEndPoint(new IPAddress([10, 0, (byte)(Nodes.Count / 250), (byte)(Nodes.Count % 250 + 1)]), port ?? 7946);
        if (Nodes.Find(node => node.Name == name) is { IsUp: false } before)
        {
            address = port is null ? before.Address : new IPEndPoint(before.Address.Address, port.Value);
            Nodes.Remove(before);
        }

        return StartAt(address, name, configure);
    }

    public GossipNode StartAt(IPEndPoint address, string name, Func<SerfOptions, SerfOptions>? configure = null)
    {
        var options = new SerfOptions { Name = name, Advertise = address };
        var node = new GossipNode(this, configure?.Invoke(options) ?? options, random.Next());
        Nodes.Add(node);
        byAddress[address] = node;
        node.Begin();
        return node;
    }

    /// <summary>Starts nodes n0, n1, … that all join the first, and waits until they know each other.</summary>
    public static GossipCluster Of(int count, int seed, Func<SerfOptions, SerfOptions>? configure = null)
    {
        var cluster = new GossipCluster(seed);
        for (var i = 0; i < count; i++)
        {
            var node = cluster.Start($"n{i}", configure);
            if (i > 0)
            {
                node.Join(cluster.Nodes[0]);
            }
        }

        cluster.RunUntil(cluster.AllSeeAllAlive, TimeSpan.FromSeconds(60));
        return cluster;
    }

    public bool AllSeeAllAlive() => AllSee(Nodes.Where(node => node.IsUp), MemberStatus.Alive);

    public bool AllSee(IEnumerable<GossipNode> seen, MemberStatus status)
    {
        var names = seen.Select(node => node.Name).ToHashSet();
        return Nodes.Where(node => node.IsUp && (status == MemberStatus.Alive || !names.Contains(node.Name)))
            .All(node => node.Serf.Members.Count(member => member.Status == status && names.Contains(member.Name)) == names.Count);
    }

    public void RunFor(TimeSpan time)
    {
        var end = Now + time;
        while (events.TryPeek(out _, out var next) && next.At <= end)
        {
            Step();
        }

        Now = end;
    }

    /// <summary>Runs until it is so, and says how long that took.</summary>
    public TimeSpan RunUntil(Func<bool> condition, TimeSpan deadline)
    {
        var start = Now;
        while (!condition())
        {
            Assert.True(Now - start < deadline, $"not within {deadline} of virtual time: {condition.Method.Name}\n{this}");
            RunFor(TimeSpan.FromMilliseconds(10));
        }

        return Now - start;
    }

    public void At(TimeSpan time, Action action) => events.Enqueue(action, (time, order++));

    public void SendDatagram(GossipNode from, SendDatagram datagram)
    {
        Datagrams++;
        LongestDatagram = Math.Max(LongestDatagram, datagram.Bytes.Length);
        foreach (var value in datagram.Bytes)
        {
            Fingerprint = (Fingerprint ^ value) * 1099511628211;
        }

        var isLost = random.Next(100) < LossPercent;
        var latency = LeastLatency + (MostLatency - LeastLatency) * random.NextDouble();
        if (!isLost && byAddress.TryGetValue(datagram.To, out var to) && IsConnected(from, to))
        {
            At(Now + latency, () => to.Receive(node => node.OnDatagram(Now, from.Address, datagram.Bytes)));
        }
    }

    public void OpenStream(GossipNode from, OpenStream open)
    {
        if (!byAddress.TryGetValue(open.To, out var to) || !to.IsUp)
        {
            At(Now + StreamLatency, () => from.Receive(node => node.OnStreamClosed(Now, open.Stream)));
        }
        else if (IsConnected(from, to))
        {
            At(Now + StreamLatency, () => to.Receive(node =>
            {
                var accepted = node.AcceptStream(Now);
                from.Streams[open.Stream] = (to, accepted);
                to.Streams[accepted] = (from, open.Stream);
                Write(from, open.Stream, open.Bytes);
            }));
        }
    }

    public void Write(GossipNode from, long stream, byte[] bytes)
    {
        if (!from.Streams.TryGetValue(stream, out var other) || !IsConnected(from, other.Node))
        {
            return;
        }

        var cut = random.Next(bytes.Length + 1);
        At(Now + StreamLatency, () => other.Node.Receive(node => node.OnStreamData(Now, other.Stream, bytes.AsSpan(0, cut))));
        At(Now + StreamLatency, () => other.Node.Receive(node => node.OnStreamData(Now, other.Stream, bytes.AsSpan(cut))));
    }

    public void Close(GossipNode from, long stream)
    {
        if (from.Streams.Remove(stream, out var other) && IsConnected(from, other.Node))
        {
            At(Now + StreamLatency, () => other.Node.Receive(node => node.OnStreamClosed(Now, other.Stream)));
        }
    }

    public override string ToString() => string.Join('\n', Nodes.Where(node => node.IsUp).Select(node => node.ToString()));

    private static bool IsConnected(GossipNode from, GossipNode to) => from.Side == to.Side;

    private void Step()
    {
        events.TryDequeue(out var action, out var priority);
        Now = priority.At;
        action!();
    }
}
