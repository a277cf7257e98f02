using System.Net;
using System.Security.Cryptography;
using System.Text;
using Keva.Actors;
using Keva.Actors.Simulation;
using Keva.Node.Configuration;
using Keva.Node.Gossip;
using Keva.Node.Transport;
using Keva.Raft;
using Keva.Serf;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keva.Tests.Gossip;

/// <summary>Membership actors in virtual time, on one thread, with a network in memory.</summary>
internal sealed class GossipWorld(ulong seed)
{
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(1);

    public DeterministicDispatcher Time { get; } = new(seed);

    public Dictionary<IPEndPoint, MemoryGossipNetwork> Networks { get; } = [];

    /// <summary>Names that a look-up finds, besides those of nodes that were started.</summary>
    public Dictionary<string, IPEndPoint> Names { get; } = new(StringComparer.Ordinal);

    public static GossipSettings Settings { get; } = SettingsLoader.Load(new StartOptions()).Settings!.Gossip;

    public static NodeId IdOf(string name) => new(BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(name))));

    public static MembershipSetup SetupFor(string name, string clusterName, ClusterId cluster) =>
        new(
            IdOf(name), name, clusterName, cluster, $"{name}:3700", $"{name}:3800", "1.2.3", Settings,
            null!, null!, new Random(1), new PlainText(), NullLogger.Instance, new GossipStatistics());

    public GossipMember Start(string name, string clusterName = "keva", ClusterId cluster = default, string? address = null)
    {
        var host = Time.AddHost(address ?? name);
        var network = new MemoryGossipNetwork(this, new IPEndPoint(new IPAddress([10, 0, 0, (byte)(Networks.Count + 1)]), 3700));
        Networks[network.Advertised] = network;
        Names[$"{address ?? name}:3700"] = network.Advertised;
        var setup = SetupFor(name, clusterName, cluster) with
        {
            PeerAddress = $"{address ?? name}:3700",
            Network = network,
            Clock = host.TimeProvider,
            Random = new Random(Networks.Count),
        };
        return new GossipMember(this, host, network, setup);
    }

    public void Later(Action action) => Time.Schedule(Latency, action);

    private sealed class PlainText : IGossipKeys
    {
        public Keyring Initial => Keyring.Empty;

        public NonceSource Nonces => _ => throw new InvalidOperationException("nothing is encrypted here");

        public void Save(Keyring keyring, Action<string?> saved) => saved(null);
    }
}

/// <summary>One node: its membership actor, and all that this told the node's actor.</summary>
internal sealed class GossipMember
{
    private readonly GossipWorld world;
    private readonly DeterministicHost host;
    private readonly MemoryGossipNetwork network;
    private readonly IActorRef node;

    public GossipMember(GossipWorld world, DeterministicHost host, MemoryGossipNetwork network, MembershipSetup setup)
    {
        this.world = world;
        this.host = host;
        this.network = network;
        var system = ActorSystem.Create("keva", host.Options);
        node = system.ActorOf(Props.Create(() => new Recorder(Told)), "node");
        Membership = system.ActorOf(Props.Create(() => new MembershipActor(setup, node)), "membership");
        Name = setup.Name;
    }

    public string Name { get; }

    public IActorRef Membership { get; }

    public List<object> Told { get; } = [];

    public MemoryGossipNetwork Network => network;

    public IReadOnlyList<GossipPeer> Peers => Told.OfType<GossipPeersChanged>().LastOrDefault()?.Peers ?? [];

    public void Tell(object message) => world.Time.Execute(() => Membership.Tell(message, node));

    public MemberStatus StatusOf(string name) => Peers.SingleOrDefault(peer => peer.Name == name)?.Status ?? MemberStatus.None;

    public void Kill()
    {
        network.IsUp = false;
        host.Abort();
    }

    private sealed class Recorder(List<object> told) : UntypedActor
    {
        protected override void OnReceive(object message) => told.Add(message);
    }
}

/// <summary>One node's end of the network in memory. Nothing is lost; what is dead does not answer.</summary>
internal sealed class MemoryGossipNetwork(GossipWorld world, IPEndPoint address) : IGossipNetwork
{
    private IInboundGossip? inbound;

    public bool IsUp { get; set; } = true;

    public IPEndPoint Advertised => address;

    public long Dropped => 0;

    /// <summary>When which names were looked up.</summary>
    public List<(TimeSpan At, string Address)> LookUps { get; } = [];

    public void Open(IInboundGossip inboundGossip) => inbound = inboundGossip;

    public void Send(IPEndPoint to, ReadOnlyMemory<byte> datagram) =>
        world.Later(() => Find(to)?.inbound?.OnDatagram(address, datagram));

    public IGossipStream Connect(IPEndPoint to, ReadOnlyMemory<byte> first, IGossipStreamEvents events)
    {
        var near = new MemoryStreamEnd(world);
        var far = new MemoryStreamEnd(world) { Events = events };
        world.Later(() =>
        {
            if (Find(to) is { inbound: { } receiver })
            {
                near.Events = receiver.OnStream(far);
                near.Events.OnBytes(first);
            }
            else
            {
                events.OnEnded();
            }
        });
        return near;
    }

    public void Resolve(string name, Action<IReadOnlyList<IPEndPoint>, string?> resolved)
    {
        LookUps.Add((world.Time.Now, name));
        world.Later(() =>
        {
            if (world.Names.TryGetValue(name, out var found))
            {
                resolved([found], null);
            }
            else
            {
                resolved([], "no such name");
            }
        });
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private MemoryGossipNetwork? Find(IPEndPoint to) => world.Networks.GetValueOrDefault(to) is { IsUp: true } found ? found : null;

    /// <summary>What is written here arrives at the events of the other side.</summary>
    private sealed class MemoryStreamEnd(GossipWorld world) : IGossipStream
    {
        public IGossipStreamEvents? Events { get; set; }

        public void Write(ReadOnlyMemory<byte> bytes) => world.Later(() => Events?.OnBytes(bytes));

        public void Close() => world.Later(() => Events?.OnEnded());
    }
}
