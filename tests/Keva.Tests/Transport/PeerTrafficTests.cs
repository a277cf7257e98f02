using Keva.Node.Transport;
using Keva.Node.Transport.Tcp;
using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Messages;

namespace Keva.Tests.Transport;

public sealed class PeerTrafficTests
{
    [Fact]
    public async Task Both_ends_of_a_connection_count_the_same_bytes_each_under_the_others_name()
    {
        var inbound = new RecordingPeers(Samples.Formed);
        await using var server = new TcpPeerNetwork();
        server.Listen("127.0.0.1", 0, inbound);
        await using var client = new TcpPeerNetwork();
        var connection = await ConnectAsync(client, server);
        for (var i = 1; i <= 100; i++)
        {
            Assert.True(connection.TrySend(GroupId.Zero, new AppendEntriesRequest(new Term(7), Samples.Id(i, 7), new EntryBatch([Samples.Command(i + 1, 7, new byte[i * 100])]), LogIndex.Zero)));
        }

        for (var i = 0; i < 100; i++)
        {
            await inbound.NextMessage();
        }

        var sent = Assert.Single(client.Traffic.All);
        var received = Assert.Single(server.Traffic.All);
        Assert.Equal((Samples.Formed.Name, Samples.HelloOf(Samples.Host2).Name), (sent.Key, received.Key));
        Assert.True(received.Value.ReceivedBytes > 100 * 101 / 2 * 100);

        // What is on its way is counted when the socket has taken it, which may be after the other side has it.
        var deadline = DateTime.UtcNow + RecordingPeers.Deadline;
        while (received.Value.ReceivedBytes != sent.Value.SentBytes)
        {
            Assert.True(DateTime.UtcNow < deadline, $"{sent.Value.SentBytes} sent, {received.Value.ReceivedBytes} received");
            await Task.Yield();
        }

        Assert.Equal((0, 0, 0), (sent.Value.ReceivedBytes, received.Value.SentBytes, sent.Value.DroppedMessages));
    }

    [Fact]
    public async Task Messages_that_find_no_room_are_counted()
    {
        await using var server = new TcpPeerNetwork();
        server.Listen("127.0.0.1", 0, new RecordingPeers(Samples.Formed));
        await using var client = new TcpPeerNetwork(new PeerNetworkOptions { SendBufferBytes = 1_000 });
        var connection = await ConnectAsync(client, server);
        var message = new AppendEntriesRequest(new Term(7), Samples.Id(1, 7), new EntryBatch([Samples.Command(2, 7, new byte[900])]), LogIndex.Zero);
        var refused = Enumerable.Range(0, 1_000).Count(_ => !connection.TrySend(GroupId.Zero, message));
        Assert.True(refused > 0, "the buffer is small");
        Assert.Equal(refused, Assert.Single(client.Traffic.All).Value.DroppedMessages);
    }

    [Fact]
    public void Names_without_end_do_not_fill_the_memory()
    {
        var traffic = new PeerTraffic();
        for (var i = 0; i < 10_000; i++)
        {
            traffic.Of($"stranger {i}");
        }

        Assert.Equal(256, traffic.All.Count());
    }

    private static async Task<IPeerConnection> ConnectAsync(TcpPeerNetwork client, TcpPeerNetwork server)
    {
        var events = new RecordingEvents();
        var connection = client.Connect(server.LocalEndPoints[0].ToString(), PeerLane.Bulk, Samples.HelloOf(Samples.Host2), events);
        await events.Connected;
        return connection;
    }
}
