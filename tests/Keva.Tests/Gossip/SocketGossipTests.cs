using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Keva.Node.Gossip;
using Keva.Node.Gossip.Sockets;
using Keva.Node.Transport;
using Keva.Node.Transport.Tcp;
using Keva.Raft;
using Keva.Raft.Messages;
using Keva.Tests.Transport;

namespace Keva.Tests.Gossip;

/// <summary>Gossip on real sockets, beside the connections of consensus, on one port.</summary>
public sealed class SocketGossipTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly GossipNetworkOptions Small = new()
    {
        MaxInboundStreams = 8,
        MaxStreamBytes = 10_000,
        StreamLifetime = TimeSpan.FromSeconds(2),
        LingerTime = TimeSpan.FromMilliseconds(200),
    };

    private readonly SocketGossipNetwork gossip = new(Small);
    private readonly SocketGossipNetwork other = new();
    private readonly RecordingPeers peers = new(Samples.Formed);
    private readonly RecordingGossip inbound = new();
    private readonly RecordingGossip otherInbound = new();
    private TcpPeerNetwork network = null!;

    private IPEndPoint Address => gossip.Advertised;

    public Task InitializeAsync()
    {
        network = new TcpPeerNetwork { Gossip = gossip };
        network.Listen("127.0.0.1", 0, peers);
        gossip.Bind(network.LocalEndPoints);
        other.Bind([new IPEndPoint(IPAddress.Loopback, 0)]);
        other.Open(otherInbound);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await network.DisposeAsync();
        await gossip.DisposeAsync();
        await other.DisposeAsync();
    }

    [Fact]
    public async Task Consensus_streams_and_datagrams_share_a_port()
    {
        gossip.Open(inbound);
        await using var client = new TcpPeerNetwork();
        var events = new RecordingEvents();
        var connection = client.Connect(Address.ToString(), PeerLane.Control, Samples.HelloOf(Samples.Host2), events);
        await events.Connected;
        var outbound = new RecordingStream();
        var stream = other.Connect(Address, new byte[] { 6, 1, 2, 3 }, outbound);
        other.Send(Address, new byte[] { 0, 9 });
        Assert.True(connection.TrySend(GroupId.Zero, new TimeoutNow(new Term(7))));

        Assert.Equal([0, 9], (await inbound.NextDatagram()).Bytes);
        Assert.Equal(new TimeoutNow(new Term(7)), (await peers.NextMessage()).Message);
        var (accepted, received) = await inbound.NextStream();
        Assert.Equal([6, 1, 2, 3], await received.TakeAsync(4));
        accepted.Write(new byte[] { 6, 4 });
        accepted.Close();
        Assert.Equal([6, 4], await outbound.TakeAsync(2));
        await outbound.Ended;
        stream.Close();
        await received.Ended;
        Assert.False(peers.HasRejections);
        Assert.Equal(0, gossip.Dropped + other.Dropped);
    }

    [Fact]
    public async Task A_large_message_arrives_whole_in_both_directions_although_the_writer_closes_at_once()
    {
        var large = new byte[5_000_000];
        new Random(1).NextBytes(large);
        large[0] = 6;
        await using var roomy = new SocketGossipNetwork();
        roomy.Bind([new IPEndPoint(IPAddress.Loopback, 0)]);
        await using var listener = new TcpPeerNetwork { Gossip = roomy };
        listener.Listen("127.0.0.1", 0, peers);
        roomy.Open(inbound);

        var answer = new RecordingStream();
        var stream = other.Connect(listener.LocalEndPoints[0], large, answer);
        var (accepted, received) = await inbound.NextStream();
        Assert.Equal(large, await received.TakeAsync(large.Length));
        accepted.Write(large);
        accepted.Close();
        Assert.Equal(large, await answer.TakeAsync(large.Length));
        await answer.Ended;
        stream.Close();
    }

    [Fact]
    public async Task Before_gossip_begins_streams_are_closed_and_consensus_is_served()
    {
        var early = new RecordingStream();
        other.Connect(Address, new byte[] { 6 }, early);

        await early.Ended;

        await AssertConsensusIsServedAsync();
        Assert.False(peers.HasRejections);
        Assert.Equal(1, gossip.Dropped);
    }

    [Fact]
    public async Task That_there_is_no_connection_is_told_and_counted()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var refused = new RecordingStream();

        other.Connect((IPEndPoint)closed.LocalEndPoint!, new byte[] { 6 }, refused);

        await refused.Ended;
        await Patiently(() => other.Dropped == 1);
        other.Send(new IPEndPoint(IPAddress.IPv6Loopback, 1), new byte[] { 0 });
        other.Send(Address, new byte[100_000]);
        Assert.Equal(3, other.Dropped);
    }

    [Fact]
    public async Task A_stream_that_is_too_long_or_too_slow_is_cut()
    {
        gossip.Open(inbound);
        var excessive = new RecordingStream();
        other.Connect(Address, Enumerable.Repeat((byte)6, 20_000).ToArray(), excessive);
        using var slow = await RawPeer.DialAsync(network);
        await slow.SendAsync(new byte[] { 6 });

        await excessive.Ended;
        Assert.Empty(await slow.ReadToEndAsync());
        var (_, first) = await inbound.NextStream();
        var (_, second) = await inbound.NextStream();
        await first.Ended;
        await second.Ended;
        await AssertConsensusIsServedAsync();
    }

    [Fact]
    public async Task Ten_thousand_streams_are_not_more_than_the_limit_at_a_time_and_consensus_goes_on()
    {
        gossip.Open(inbound);
        var held = new Queue<RawPeer>();
        for (var i = 0; i < 10_000; i++)
        {
            var stranger = await RawPeer.DialAsync(network);
            await stranger.SendAsync(new byte[] { 6 });
            held.Enqueue(stranger);
            if (held.Count > 400)
            {
                held.Dequeue().Dispose();
            }

            Assert.InRange(inbound.OpenStreams, 0, Small.MaxInboundStreams);
        }

        await AssertConsensusIsServedAsync();
        while (held.TryDequeue(out var last))
        {
            last.Dispose();
        }

        await Patiently(() => inbound.OpenStreams == 0);
        other.Connect(Address, new byte[] { 6, 7 }, new RecordingStream());
        await Patiently(() => inbound.OpenStreams == 1);
    }

    [Fact]
    public async Task Names_are_looked_up_and_what_is_no_address_is_said_to_be_none()
    {
        Assert.Equal([new IPEndPoint(IPAddress.Loopback, 3700)], (await ResolveAsync("localhost:3700")).Found);
        Assert.Equal([new IPEndPoint(IPAddress.IPv6Loopback, 3700)], (await ResolveAsync("[::1]:3700")).Found);
        var (none, problem) = await ResolveAsync("nowhere");
        Assert.Empty(none);
        Assert.Contains("host:port", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_for_datagrams_is_refused_by_name()
    {
        await using var second = new SocketGossipNetwork();
        var exception = Assert.Throws<IOException>(() => second.Bind([Address]));
        Assert.Contains($"cannot gossip on {Address} over UDP", exception.Message, StringComparison.Ordinal);
    }

    private async Task<(IReadOnlyList<IPEndPoint> Found, string? Problem)> ResolveAsync(string address)
    {
        var resolved = new TaskCompletionSource<(IReadOnlyList<IPEndPoint>, string?)>(TaskCreationOptions.RunContinuationsAsynchronously);
        gossip.Resolve(address, (found, problem) => resolved.SetResult((found, problem)));
        return await resolved.Task.WaitAsync(Deadline);
    }

    private async Task AssertConsensusIsServedAsync()
    {
        await using var client = new TcpPeerNetwork();
        var events = new RecordingEvents();
        client.Connect(Address.ToString(), PeerLane.Control, Samples.HelloOf(Samples.Host2), events);
        await events.Connected;
    }

    private static Task Patiently(Func<bool> condition) => Keva.Tests.Serf.Interop.Patience.UntilAsync(condition, "it comes true", Deadline);

    private sealed class RecordingGossip : IInboundGossip
    {
        private readonly ConcurrentQueue<(IPEndPoint From, byte[] Bytes)> datagrams = new();
        private readonly ConcurrentQueue<(IGossipStream Stream, RecordingStream Events)> streams = new();
        private int open;

        public int OpenStreams => Volatile.Read(ref open);

        public void OnDatagram(IPEndPoint from, ReadOnlyMemory<byte> datagram) => datagrams.Enqueue((from, datagram.ToArray()));

        public IGossipStreamEvents OnStream(IGossipStream stream)
        {
            Interlocked.Increment(ref open);
            var events = new RecordingStream
            {
                OnEnd = () =>
                {
                    Interlocked.Decrement(ref open);
                    stream.Close();
                },
            };
            streams.Enqueue((stream, events));
            return events;
        }

        public async Task<(IPEndPoint From, byte[] Bytes)> NextDatagram()
        {
            (IPEndPoint, byte[]) next = default;
            await Patiently(() => datagrams.TryDequeue(out next));
            return next;
        }

        public async Task<(IGossipStream Stream, RecordingStream Events)> NextStream()
        {
            (IGossipStream, RecordingStream) next = default;
            await Patiently(() => streams.TryDequeue(out next));
            return next;
        }
    }

    private sealed class RecordingStream : IGossipStreamEvents
    {
        private readonly MemoryStream received = new();
        private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Action? OnEnd { get; init; }

        // SetResult throws at a second call, so each test also checks "once".
        public Task Ended => ended.Task.WaitAsync(Deadline);

        public bool OnBytes(ReadOnlyMemory<byte> bytes)
        {
            lock (received)
            {
                received.Write(bytes.Span);
            }

            return true;
        }

        public void OnEnded()
        {
            OnEnd?.Invoke();
            ended.SetResult();
        }

        public async Task<byte[]> TakeAsync(int count)
        {
            await Patiently(() => Bytes().Length >= count);
            return Bytes();
        }

        private byte[] Bytes()
        {
            lock (received)
            {
                return received.ToArray();
            }
        }
    }
}
