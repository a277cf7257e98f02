using System.Net;
using System.Net.Sockets;
using Keva.Node.Transport;
using Keva.Node.Transport.Codec;
using Keva.Node.Transport.Tcp;
using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Messages;

namespace Keva.Tests.Transport;

public sealed class TcpPeerNetworkTests
{
    private static readonly RaftMessage Ping = new TimeoutNow(new Term(7));

    [Fact]
    public async Task Two_nodes_introduce_themselves_and_every_message_arrives_in_order_with_its_sender_and_group()
    {
        var inbound = new RecordingPeers(Samples.Formed);
        await using var server = Serve(inbound);
        await using var client = new TcpPeerNetwork();
        var events = new RecordingEvents();
        var greeting = Samples.HelloOf(Samples.Host2);

        var connection = client.Connect(AddressOf(server), PeerLane.Bulk, greeting, events);

        Assert.Equal(Samples.Formed, await events.Connected);
        Assert.Equal(greeting, await inbound.NextGreeting());
        foreach (var (_, message) in Samples.Messages)
        {
            Assert.True(connection.TrySend(new GroupId(3), message));
        }

        foreach (var (_, message) in Samples.Messages)
        {
            var received = await inbound.NextMessage();
            Assert.Equal((greeting.Node, new GroupId(3)), (received.From, received.Group));
            Samples.AssertSame(message, received.Message);
        }

        Assert.False(inbound.HasRejections);
    }

    [Fact]
    public async Task Large_and_small_messages_in_a_burst_arrive_unharmed()
    {
        var inbound = new RecordingPeers(Samples.Formed);
        await using var server = Serve(inbound);
        await using var client = new TcpPeerNetwork();
        var (connection, _) = await ConnectAsync(client, AddressOf(server));
        var random = new Random(42);
        var sent = new List<RaftMessage>();
        for (var i = 1; i <= 60; i++)
        {
            var payload = new byte[i % 20 == 0 ? 2_000_000 : random.Next(i % 3 == 0 ? 60_000 : 200)];
            random.NextBytes(payload);
            sent.Add(new AppendEntriesRequest(new Term(7), Samples.Id(i, 7), new EntryBatch([Samples.Command(i + 1, 7, payload)]), LogIndex.Zero));
            Assert.True(connection.TrySend(GroupId.Zero, sent[^1]));
        }

        foreach (var message in sent)
        {
            Samples.AssertSame(message, (await inbound.NextMessage()).Message);
        }
    }

    [Fact]
    public async Task A_refused_peer_learns_the_reason()
    {
        var inbound = new RecordingPeers(Samples.Formed, refusal: "other cluster: 'a' is not 'b'");
        await using var server = Serve(inbound);
        await using var client = new TcpPeerNetwork();
        var events = new RecordingEvents();

        var connection = client.Connect(AddressOf(server), PeerLane.Control, Samples.Unformed, events);

        Assert.Equal($"refused by {AddressOf(server)}: other cluster: 'a' is not 'b'", await events.Closed);
        Assert.False(events.HasConnected);
        Assert.False(connection.TrySend(GroupId.Zero, Ping));
        Assert.Equal("other cluster: 'a' is not 'b'", (await inbound.NextRejection()).Reason);
    }

    [Theory]
    [InlineData("localhost", "localhost")]
    [InlineData("localhost", "127.0.0.1")]
    [InlineData("127.0.0.1", "localhost")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    public async Task A_node_is_reached_by_name_and_by_literal(string listenOn, string dial)
    {
        await using var server = new TcpPeerNetwork();
        server.Listen(listenOn, 0, new RecordingPeers(Samples.Formed));
        await using var client = new TcpPeerNetwork();

        await ConnectAsync(client, $"{dial}:{server.LocalEndPoints[0].Port}");
    }

    [Fact]
    public async Task Localhost_is_bound_on_both_loopback_addresses_where_the_machine_has_both()
    {
        await using var server = new TcpPeerNetwork();
        server.Listen("localhost", 0, new RecordingPeers(Samples.Formed));
        await using var client = new TcpPeerNetwork();

        var hasIPv6 = HasIPv6Loopback();
        Assert.Equal(hasIPv6 ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback], server.LocalEndPoints.Select(local => local.Address));
        Assert.Single(server.LocalEndPoints.Select(local => local.Port).Distinct());
        foreach (var local in server.LocalEndPoints)
        {
            await ConnectAsync(client, local.ToString());
        }
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        await using var first = Serve(new RecordingPeers(Samples.Formed));
        await using var second = new TcpPeerNetwork();
        var port = first.LocalEndPoints[0].Port;

        var exception = Assert.Throws<IOException>(() => second.Listen("127.0.0.1", port, new RecordingPeers(Samples.Formed)));

        Assert.Equal($"cannot listen on 127.0.0.1:{port}: the port is in use, perhaps by another node; stop it, or choose another keva_port", exception.Message);
    }

    [Fact]
    public async Task An_address_that_this_machine_does_not_have_is_named()
    {
        // TEST-NET-1 of RFC 5737 is nobody's address.
        await using var network = new TcpPeerNetwork();

        var exception = Assert.Throws<IOException>(() => network.Listen("192.0.2.1", 0, new RecordingPeers(Samples.Formed)));

        Assert.Contains("192.0.2.1", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData(":3700")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("::1:3700")]
    [InlineData("[localhost]:3700")]
    public async Task An_address_that_is_none_is_reported_as_every_other_failure(string address)
    {
        await using var client = new TcpPeerNetwork();
        var events = new RecordingEvents();

        client.Connect(address, PeerLane.Control, Samples.Unformed, events);

        Assert.Equal($"'{address}' is not an address of the form host:port", await events.Closed);
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on_is_reported_with_its_address()
    {
        await using var client = new TcpPeerNetwork();
        var events = new RecordingEvents();
        var address = $"127.0.0.1:{UnusedPort()}";

        client.Connect(address, PeerLane.Control, Samples.Unformed, events);

        Assert.StartsWith($"connection to {address} failed: 127.0.0.1: ", await events.Closed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_dialler_hears_of_it_when_the_peer_goes_away()
    {
        var inbound = new RecordingPeers(Samples.Formed);
        var server = Serve(inbound);
        await using var client = new TcpPeerNetwork();
        var (connection, events) = await ConnectAsync(client, AddressOf(server));

        await server.DisposeAsync();

        Assert.Contains(AddressOf(server), await events.Closed, StringComparison.Ordinal);
        Assert.False(connection.TrySend(GroupId.Zero, Ping));
        Assert.False(inbound.HasRejections);
    }

    [Fact]
    public async Task A_peer_that_takes_no_bytes_fills_the_buffer_and_nothing_more_is_taken()
    {
        using var deaf = new DeafServer();
        await using var client = new TcpPeerNetwork(new PeerNetworkOptions { SendBufferBytes = 1_000_000 });
        var (connection, _) = await ConnectAsync(client, deaf.Address);
        var bulk = new InstallSnapshotRequest(new Term(7), Samples.Id(40, 6), Samples.Configuration, 0, new byte[400_000], IsLast: false);

        var taken = 0;
        while (connection.TrySend(GroupId.Zero, bulk))
        {
            taken++;
            Assert.InRange(taken, 0, 10_000);
        }

        Assert.False(connection.TrySend(GroupId.Zero, bulk));
    }

    [Fact]
    public async Task A_message_larger_than_the_whole_buffer_goes_if_it_is_alone()
    {
        var inbound = new RecordingPeers(Samples.Formed);
        await using var server = Serve(inbound);
        await using var client = new TcpPeerNetwork(new PeerNetworkOptions { SendBufferBytes = 1000 });
        var (connection, _) = await ConnectAsync(client, AddressOf(server));
        var bulk = new InstallSnapshotRequest(new Term(7), Samples.Id(40, 6), Samples.Configuration, 0, new byte[400_000], IsLast: false);

        Assert.True(connection.TrySend(GroupId.Zero, bulk));

        Samples.AssertSame(bulk, (await inbound.NextMessage()).Message);
    }

    [Fact]
    public async Task A_message_that_no_peer_would_take_stops_its_sender()
    {
        await using var server = Serve(new RecordingPeers(Samples.Formed));
        await using var client = new TcpPeerNetwork(new PeerNetworkOptions { MaxFrameBytes = 1000 });
        var (connection, _) = await ConnectAsync(client, AddressOf(server));
        var bulk = new InstallSnapshotRequest(new Term(7), Samples.Id(40, 6), Samples.Configuration, 0, new byte[1000], IsLast: false);

        Assert.Throws<InvariantViolationException>(() => connection.TrySend(GroupId.Zero, bulk));
    }

    [Fact]
    public async Task Closing_ends_the_connection_once_and_says_who_did_it()
    {
        var inbound = new RecordingPeers(Samples.Formed);
        await using var server = Serve(inbound);
        await using var client = new TcpPeerNetwork();
        var (connection, events) = await ConnectAsync(client, AddressOf(server));

        connection.Close();
        connection.Close();

        Assert.Equal("closed by this node", await events.Closed);
        Assert.False(connection.TrySend(GroupId.Zero, Ping));
        Assert.False(inbound.HasRejections);
    }

    [Fact]
    public async Task Closing_while_dialling_ends_it()
    {
        using var mute = new MuteServer();
        await using var client = new TcpPeerNetwork();
        var events = new RecordingEvents();

        var connection = client.Connect(mute.Address, PeerLane.Control, Samples.Unformed, events);
        using var accepted = await mute.AcceptAsync();
        connection.Close();

        Assert.Equal("closed by this node", await events.Closed);
        Assert.False(events.HasConnected);
    }

    [Fact]
    public async Task Disposing_ends_every_connection_and_frees_the_port()
    {
        var inbound = new RecordingPeers(Samples.Formed);
        var server = Serve(inbound);
        var port = server.LocalEndPoints[0].Port;
        var client = new TcpPeerNetwork();
        var connections = new List<(IPeerConnection Connection, RecordingEvents Events)>();
        for (var i = 0; i < 10; i++)
        {
            connections.Add(await ConnectAsync(client, AddressOf(server)));
        }

        using var stranger = await RawPeer.DialAsync(server);
        await client.DisposeAsync();
        await server.DisposeAsync();

        // Both disposals wait for the last callback, so nothing is left to wait for here.
        Assert.All(connections, entry => Assert.True(entry.Events.HasClosed));
        Assert.All(connections, entry => Assert.False(entry.Connection.TrySend(GroupId.Zero, Ping)));
        Assert.Equal(0, client.HeldConnections + server.HeldConnections);
        Assert.Empty(await stranger.ReadToEndAsync());
        await using var next = new TcpPeerNetwork();
        next.Listen("127.0.0.1", port, inbound);
    }

    [Fact]
    public async Task What_has_ended_is_not_held_on_to()
    {
        await using var server = Serve(new RecordingPeers(Samples.Formed));
        await using var client = new TcpPeerNetwork();
        for (var i = 0; i < 50; i++)
        {
            var (connection, events) = await ConnectAsync(client, AddressOf(server));
            connection.Close();
            await events.Closed;
        }

        // The last ends of the server's side are under way.
        Assert.True(SpinWait.SpinUntil(() => client.HeldConnections + server.HeldConnections == 0, RecordingPeers.Deadline));
    }

    [Fact]
    public async Task What_is_dialled_after_disposal_fails_at_once()
    {
        var client = new TcpPeerNetwork();
        await client.DisposeAsync();
        var events = new RecordingEvents();

        client.Connect("localhost:3700", PeerLane.Control, Samples.Unformed, events);

        Assert.Equal("this node is stopping", await events.Closed);
        Assert.Throws<ObjectDisposedException>(() => client.Listen("127.0.0.1", 0, new RecordingPeers(Samples.Formed)));
    }

    [Fact]
    public async Task Many_threads_may_send_on_one_connection()
    {
        const int Senders = 4;
        const int Each = 500;
        var inbound = new RecordingPeers(Samples.Formed);
        await using var server = Serve(inbound);
        await using var client = new TcpPeerNetwork();
        var (connection, _) = await ConnectAsync(client, AddressOf(server));

        var sending = Enumerable.Range(0, Senders).Select(sender => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                Assert.True(connection.TrySend(new GroupId((uint)sender), new ReadIndexRequest(new Term(7), i)));
            }
        }));
        await Task.WhenAll(sending);

        var next = new long[Senders];
        for (var i = 0; i < Senders * Each; i++)
        {
            var (_, group, message) = await inbound.NextMessage();
            Assert.Equal(next[group.Value]++, ((ReadIndexRequest)message).ReadId);
        }
    }

    private static TcpPeerNetwork Serve(IInboundPeers inbound)
    {
        var network = new TcpPeerNetwork();
        network.Listen("127.0.0.1", 0, inbound);
        return network;
    }

    private static string AddressOf(TcpPeerNetwork network) => network.LocalEndPoints[0].ToString();

    private static async Task<(IPeerConnection Connection, RecordingEvents Events)> ConnectAsync(TcpPeerNetwork client, string address)
    {
        var events = new RecordingEvents();
        var connection = client.Connect(address, PeerLane.Control, Samples.HelloOf(Samples.Host2), events);
        await events.Connected;
        return (connection, events);
    }

    private static bool HasIPv6Loopback()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int UnusedPort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
