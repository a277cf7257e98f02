using System.Text;
using Keva.Node.Transport;
using Keva.Node.Transport.Codec;
using Keva.Node.Transport.Framing;
using Keva.Node.Transport.Tcp;
using Keva.Raft;
using Keva.Raft.Messages;

namespace Keva.Tests.Transport;

/// <summary>Whatever somebody sends, only the own connection ends, and the node says why.</summary>
public sealed class HostilePeerTests : IAsyncLifetime
{
    private static readonly PeerNetworkOptions Impatient = new()
    {
        HandshakeTimeout = TimeSpan.FromMilliseconds(200),
        MaxPendingConnections = 4,
        MaxConnections = 8,
        MaxGreetingBytes = 2000,
        MaxFrameBytes = 10_000,
    };

    private readonly RecordingPeers inbound = new(Samples.Formed);
    private readonly TcpPeerNetwork server = new(Impatient with { HandshakeTimeout = RecordingPeers.Deadline });
    private readonly TcpPeerNetwork client = new();
    private IPeerConnection bystander = null!;

    public async Task InitializeAsync()
    {
        server.Listen("127.0.0.1", 0, inbound);
        bystander = await ConnectAsync();
    }

    public async Task DisposeAsync()
    {
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "not a Keva node; if it is an HTTP client: users reach a node at its user_port")]
    [InlineData("\u0016\u0003\u0001", "it speaks TLS")]
    [InlineData("\u0000", "it speaks the gossip protocol")]
    [InlineData("\u000d", "it speaks the gossip protocol")]
    [InlineData("~~~~~~~~~~~~", "not a Keva node")]
    [InlineData("KEVOLUTION", "not a Keva node")]
    [InlineData("KEVA\u0000\u0000\u0000\u0000", "names no protocol version")]
    [InlineData("KEVA\u0003\u0002\u0000\u0000", "names no protocol version")]
    public async Task Another_protocol_is_turned_away_by_name(string bytes, string expectedReason)
    {
        using var stranger = await RawPeer.DialAsync(server);
        await stranger.SendAsync(Encoding.Latin1.GetBytes(bytes));

        var (remoteEndPoint, reason) = await inbound.NextRejection();

        Assert.Contains(expectedReason, reason, StringComparison.Ordinal);
        Assert.Equal(stranger.LocalEndPoint.ToString(), remoteEndPoint);
        Assert.Empty(await stranger.ReadToEndAsync());
        await AssertBystanderIsServedAsync();
    }

    [Fact]
    public async Task Random_bytes_are_turned_away()
    {
        var random = new Random(1);
        for (var i = 0; i < 20; i++)
        {
            var bytes = new byte[5000];
            random.NextBytes(bytes);
            using var stranger = await RawPeer.DialAsync(server);
            await stranger.SendAsync(bytes);
            await inbound.NextRejection();
            await stranger.ReadToEndAsync();
        }

        await AssertBystanderIsServedAsync();
    }

    [Fact]
    public async Task A_peer_of_other_versions_is_told_both_ranges()
    {
        using var stranger = await RawPeer.DialAsync(server);
        await stranger.SendAsync((byte[])[.. Samples.PrefaceBytes(new Preface(2, 3)), 1, 2, 3]);
        stranger.EndSending();

        const string Expected = "no common protocol version: this node speaks version 1, the peer versions 2 to 3";
        var answer = await stranger.ReadToEndAsync();

        Assert.Equal(Samples.HandshakeOf(GreetingCodec.EncodeRefusal(Expected)), answer);
        Assert.Equal(Expected, (await inbound.NextRejection()).Reason);
    }

    [Fact]
    public async Task A_greeting_over_its_own_small_limit_is_refused_with_the_reason()
    {
        var huge = new byte[FrameHeader.Size];
        new FrameHeader(FrameHeader.HandshakeVersion, FrameType.Greeting, GroupId.Zero, 2001).Write(huge, default, default);

        await AssertRefusedAsync(huge, "2001 bytes is larger than the limit of 2000");
    }

    [Fact]
    public async Task A_malformed_greeting_is_refused_with_the_reason() =>
        await AssertRefusedAsync(
            Samples.FrameOf(GreetingCodec.Encode(Samples.Unformed with { Name = "" }, PeerLane.Control), FrameHeader.HandshakeVersion),
            "the node name is missing");

    [Fact]
    public async Task A_message_in_place_of_the_greeting_is_refused() =>
        await AssertRefusedAsync(
            Samples.FrameOf(PeerMessageCodec.Encode(new TimeoutNow(new Term(1))), FrameHeader.HandshakeVersion),
            "instead of a greeting");

    [Theory]
    [InlineData("length")]
    [InlineData("noise")]
    [InlineData("message")]
    [InlineData("greeting again")]
    [InlineData("half")]
    public async Task Garbage_behind_a_good_greeting_ends_that_connection_only(string kind)
    {
        byte[] frame = Samples.FrameOf(PeerMessageCodec.Encode(new TimeoutNow(new Term(1))));
        switch (kind)
        {
            case "length":
                new FrameHeader(1, FrameType.AppendEntriesRequest, GroupId.Zero, int.MaxValue).Write(frame, default, default);
                break;
            case "noise":
                frame[FrameHeader.Size] ^= 1;
                break;
            case "message":
                frame = Samples.FrameOf(PeerMessageCodec.Encode(new TimeoutNow(new Term(-1))));
                break;
            case "greeting again":
                frame = Samples.FrameOf(GreetingCodec.Encode(Samples.Unformed, PeerLane.Control));
                break;
            default:
                frame = frame[..^1];
                break;
        }

        using var stranger = await RawPeer.DialAsync(server);
        await stranger.SendAsync((byte[])[.. Samples.HandshakeOf(GreetingCodec.Encode(Samples.Unformed, PeerLane.Control)), .. frame]);
        stranger.EndSending();

        Assert.NotEmpty((await inbound.NextRejection()).Reason);
        await stranger.ReadToEndAsync();
        await AssertBystanderIsServedAsync();
    }

    [Fact]
    public async Task Somebody_who_connects_and_leaves_is_not_reported()
    {
        (await RawPeer.DialAsync(server)).Dispose();
        using var later = await RawPeer.DialAsync(server);
        await later.SendAsync("GET "u8.ToArray());

        Assert.Contains("HTTP", (await inbound.NextRejection()).Reason, StringComparison.Ordinal);
        Assert.False(inbound.HasRejections);
    }

    [Fact]
    public async Task Whoever_does_not_introduce_himself_in_time_is_disconnected()
    {
        var impatientInbound = new RecordingPeers(Samples.Formed);
        await using var impatient = new TcpPeerNetwork(Impatient);
        impatient.Listen("127.0.0.1", 0, impatientInbound);
        using var silent = await RawPeer.DialAsync(impatient);
        using var slow = await RawPeer.DialAsync(impatient);
        await slow.SendAsync(Samples.HandshakeOf(GreetingCodec.Encode(Samples.Unformed, PeerLane.Control))[..^1]);

        await slow.ReadToEndAsync();
        await silent.ReadToEndAsync();

        const string Expected = "it did not introduce itself within 0.2 s";
        Assert.Equal([Expected, Expected], [(await impatientInbound.NextRejection()).Reason, (await impatientInbound.NextRejection()).Reason]);
    }

    [Fact]
    public async Task Silent_strangers_cannot_keep_peers_out()
    {
        var strangers = new List<RawPeer>();
        for (var i = 0; i < Impatient.MaxPendingConnections * 2; i++)
        {
            strangers.Add(await RawPeer.DialAsync(server));
        }

        // Those that waited longest had to give way, so there is room for somebody who talks.
        var newcomer = await ConnectAsync();

        Assert.True(newcomer.TrySend(GroupId.Zero, new TimeoutNow(new Term(1))));
        await inbound.NextMessage();
        Assert.Contains("gave way", (await inbound.NextRejection()).Reason, StringComparison.Ordinal);
        Assert.Empty(await strangers[0].ReadToEndAsync());
        strangers.ForEach(stranger => stranger.Dispose());
    }

    [Fact]
    public async Task There_is_a_limit_on_peers_and_who_comes_later_is_told_so()
    {
        for (var i = 1; i < Impatient.MaxConnections; i++)
        {
            await ConnectAsync();
        }

        var events = new RecordingEvents();
        client.Connect(server.LocalEndPoints[0].ToString(), PeerLane.Control, Samples.HelloOf(Samples.Host2), events);

        Assert.EndsWith("too many connections: the limit is 8", await events.Closed, StringComparison.Ordinal);
        Assert.Equal("too many connections: the limit is 8", (await inbound.NextRejection()).Reason);
        await AssertBystanderIsServedAsync();
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", "not a Keva node")]
    [InlineData("", "it closed the connection")]
    [InlineData("KEVA", "ended inside the preface")]
    [InlineData("KEVA\u0001\u0001\u0000\u0000", "it closed the connection")]
    [InlineData("KEVA\u0001\u0001\u0000\u0000noise", "ended inside a frame")]
    [InlineData("KEVA\u0001\u0001\u0000\u0000noise and more noise", "wrong checksum")]
    public async Task A_dialled_stranger_is_recognised(string bytes, string expectedReason)
    {
        using var mute = new MuteServer();
        var events = new RecordingEvents();
        client.Connect(mute.Address, PeerLane.Control, Samples.Unformed, events);
        using var stranger = await mute.AcceptAsync();
        await stranger.SendAsync(Encoding.Latin1.GetBytes(bytes));
        stranger.EndSending();

        var reason = await events.Closed;

        Assert.StartsWith($"{mute.Address} did not answer the greeting: ", reason, StringComparison.Ordinal);
        Assert.Contains(expectedReason, reason, StringComparison.Ordinal);
        Assert.False(events.HasConnected);
    }

    [Fact]
    public async Task A_dialled_peer_of_other_versions_is_reported_with_both_ranges()
    {
        using var mute = new MuteServer();
        var events = new RecordingEvents();
        client.Connect(mute.Address, PeerLane.Control, Samples.Unformed, events);
        using var stranger = await mute.AcceptAsync();
        await stranger.SendAsync((byte[])
        [
            .. Samples.PrefaceBytes(new Preface(2, 3)),
            .. Samples.FrameOf(GreetingCodec.Encode(Samples.Formed, PeerLane.Control), FrameHeader.HandshakeVersion),
        ]);

        Assert.Equal($"{mute.Address}: no common protocol version: this node speaks version 1, the peer versions 2 to 3", await events.Closed);
    }

    [Fact]
    public async Task A_dialled_stranger_that_stays_silent_is_given_up()
    {
        using var mute = new MuteServer();
        await using var impatient = new TcpPeerNetwork(Impatient);
        var events = new RecordingEvents();

        impatient.Connect(mute.Address, PeerLane.Control, Samples.Unformed, events);

        Assert.Equal($"{mute.Address} did not answer the greeting within 0.2 s", await events.Closed);
    }

    [Fact]
    public async Task A_peer_that_sends_after_its_greeting_is_left()
    {
        using var mute = new MuteServer();
        var events = new RecordingEvents();
        client.Connect(mute.Address, PeerLane.Control, Samples.Unformed, events);
        using var stranger = await mute.AcceptAsync();
        await stranger.SendAsync((byte[])[.. Samples.HandshakeOf(GreetingCodec.Encode(Samples.Formed, PeerLane.Control)), 0]);

        Assert.Contains("sent bytes where none may come", await events.Closed, StringComparison.Ordinal);
    }

    private async Task<IPeerConnection> ConnectAsync()
    {
        var events = new RecordingEvents();
        var connection = client.Connect(server.LocalEndPoints[0].ToString(), PeerLane.Control, Samples.HelloOf(Samples.Host2), events);
        await events.Connected;
        return connection;
    }

    private async Task AssertRefusedAsync(byte[] firstFrame, string expectedReason)
    {
        using var stranger = await RawPeer.DialAsync(server);
        await stranger.SendAsync((byte[])[.. Samples.PrefaceBytes(Preface.Own), .. firstFrame]);
        stranger.EndSending();

        var answer = await stranger.ReadToEndAsync();
        var (_, reason) = await inbound.NextRejection();

        Assert.Contains(expectedReason, reason, StringComparison.Ordinal);
        Assert.Equal(Samples.HandshakeOf(GreetingCodec.EncodeRefusal(reason)), answer);
        await AssertBystanderIsServedAsync();
    }

    private async Task AssertBystanderIsServedAsync()
    {
        Assert.True(bystander.TrySend(GroupId.Zero, new TimeoutNow(new Term(5))));
        Assert.Equal(new TimeoutNow(new Term(5)), (await inbound.NextMessage()).Message);
    }
}
