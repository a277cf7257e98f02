using System.Net;
using Keva.Serf;
using Keva.Serf.Wire;

namespace Keva.Tests.Serf.Swim;

/// <summary>What a node does when it hears things about itself and others, message by message.</summary>
public sealed class RefutationTests
{
    private static readonly IPEndPoint Peer = new(IPAddress.Parse("10.0.0.99"), 7946);

    private readonly SerfNode node = new(new SerfOptions { Name = "me", Advertise = new IPEndPoint(IPAddress.Parse("10.0.0.1"), 7946), Compress = false }, new Random(1), _ => { });

    public RefutationTests()
    {
        node.Start(TimeSpan.Zero);
        Hear(new Alive(1, "peer", [10, 0, 0, 99], 7946, [0xff, 0x80], VersionVector.Ours.ToBytes()));
        node.Drain();
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(7u)]
    public void Who_is_suspected_says_that_it_is_alive_in_a_higher_incarnation(uint accused)
    {
        Hear(new Suspect(accused, "me", "peer"));

        Assert.Equal(accused + 1, IncarnationInGossip());
        Assert.Equal(1, node.HealthScore);
    }

    [Fact]
    public void Who_is_declared_dead_says_that_it_is_alive()
    {
        Hear(new Dead(3, "me", "peer"));

        Assert.Equal(4u, IncarnationInGossip());
        Assert.Equal(MemberStatus.Alive, StatusOf("me"));
    }

    [Fact]
    public void An_accusation_of_an_earlier_incarnation_is_ignored()
    {
        Hear(new Alive(5, "peer", [10, 0, 0, 99], 7946, [0xff, 0x80], VersionVector.Ours.ToBytes()));
        Hear(new Dead(4, "peer", "other"));

        Assert.Equal(MemberStatus.Alive, StatusOf("peer"));
    }

    [Fact]
    public void Whoever_accuses_under_an_earlier_incarnation_is_told_again_what_it_missed()
    {
        Hear(new Suspect(1, "me", "peer"));
        Assert.Equal(2u, IncarnationInGossip());
        for (var i = 2; i < 10; i++)
        {
            node.OnTimer(i * GossipTiming.Lan.GossipInterval);
        }

        node.Drain();
        node.OnDatagram(10 * GossipTiming.Lan.GossipInterval, Peer, MemberlistEncoder.Encode(new Suspect(1, "me", "peer")));

        Assert.Equal(2u, IncarnationInGossip(11 * GossipTiming.Lan.GossipInterval));
    }

    [Fact]
    public void A_new_node_of_incarnation_zero_is_not_believed_in()
    {
        Hear(new Alive(0, "new", [10, 0, 0, 5], 7946, [0xff, 0x80], VersionVector.Ours.ToBytes()));

        Assert.Equal(MemberStatus.None, StatusOf("new"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0105")]
    [InlineData("000502020505")]
    [InlineData("060502020505")]
    public void A_node_whose_versions_make_no_sense_is_not_believed_in(string version)
    {
        Hear(new Alive(1, "new", [10, 0, 0, 5], 7946, [0xff, 0x80], Convert.FromHexString(version)));

        Assert.Equal(MemberStatus.None, StatusOf("new"));
    }

    [Fact]
    public void The_same_address_written_otherwise_is_a_conflict_as_it_is_to_agents()
    {
        byte[] mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 99];
        Hear(new Alive(2, "peer", mapped, 7946, [0xff, 0x80], VersionVector.Ours.ToBytes()));

        Assert.Equal("peer", Assert.Single(node.Drain().OfType<NameConflict>()).Name);
    }

    [Fact]
    public void A_ping_for_another_node_is_not_answered()
    {
        Hear(new Ping(1, "someone else", null, 0, ""));
        Assert.Empty(node.Drain().OfType<SendDatagram>());

        Hear(new Ping(2, "me", null, 0, ""));
        Assert.Equal(Peer, Assert.Single(node.Drain().OfType<SendDatagram>()).To);
    }

    [Fact]
    public void An_ack_goes_where_the_ping_says()
    {
        Hear(new Ping(9, "me", [10, 0, 0, 7], 7777, "asker"));

        var ack = Assert.Single(node.Drain().OfType<SendDatagram>());
        Assert.Equal(new IPEndPoint(IPAddress.Parse("10.0.0.7"), 7777), ack.To);
        Assert.Contains(DatagramCodec.Open(ack.Bytes, Keyring.Empty, out _).Select(part => MemberlistDecoder.Decode(part)), message => message is AckResponse { SequenceNumber: 9 });
    }

    [Fact]
    public void Gone_without_an_intent_to_leave_is_failed_and_with_one_is_left()
    {
        Hear(new Alive(1, "polite", [10, 0, 0, 5], 7946, [0xff, 0x80], VersionVector.Ours.ToBytes()));
        Hear(new UserMessage(SerfEncoder.Encode(new LeaveIntent(9, "polite", Prune: false))));
        Assert.Equal(MemberStatus.Leaving, StatusOf("polite"));

        Hear(new Dead(1, "polite", "polite"));
        Hear(new Dead(1, "peer", "peer"));

        Assert.Equal(MemberStatus.Left, StatusOf("polite"));
        Assert.Equal(MemberStatus.Failed, StatusOf("peer"));
    }

    [Fact]
    public void A_lamport_time_near_the_end_of_all_times_does_not_stop_the_clock()
    {
        Hear(new UserMessage(SerfEncoder.Encode(new UserEventMessage(ulong.MaxValue, "evil", null, Coalesce: false))));
        Assert.Empty(node.Drain().OfType<UserEventReceived>());

        node.SendEvent(TimeSpan.Zero, "good", []);
        Assert.Equal(1ul, Assert.Single(node.Drain().OfType<UserEventReceived>()).LamportTime);
    }

    [Fact]
    public void A_query_that_wants_its_answers_at_a_strangers_address_gets_none()
    {
        Hear(Query(1, [10, 0, 0, 200]));
        Assert.Empty(node.Drain().OfType<SendDatagram>());

        Hear(Query(2, [10, 0, 0, 99]));
        Assert.Equal(Peer, Assert.Single(node.Drain().OfType<SendDatagram>()).To);

        static UserMessage Query(uint id, byte[] address) => new(SerfEncoder.Encode(
            new QueryMessage(1, id, address, 7946, "peer", null, QueryMessage.AckFlag, 0, 1_000_000_000, "q", null)));
    }

    [Fact]
    public void Whatever_arrives_the_node_goes_on()
    {
        var random = new Random(5);
        var vectors = SerfVectors().ToList();
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = (byte[])vectors[random.Next(vectors.Count)].Clone();
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var now = TimeSpan.FromMilliseconds(i);
            if (random.Next(4) == 0)
            {
                node.OnStreamData(now, node.AcceptStream(now), bytes);
            }
            else
            {
                node.OnDatagram(now, Peer, bytes);
            }

            node.OnTimer(now);
            node.Drain();
        }

        Assert.Equal(MemberStatus.Alive, StatusOf("me"));
        Assert.False(node.IsStopped);

        // Without the checksum, so that damage is not seen before it is read.
        static IEnumerable<byte[]> SerfVectors() => Wire.SerfVector.All.Values
            .Where(vector => vector.Key is null && vector.Transport != "unit-lzw")
            .Select(vector => vector.Bytes[0] == (byte)MessageType.HasCrc ? vector.Bytes[5..] : vector.Bytes);
    }

    private void Hear(MemberlistMessage message) => node.OnDatagram(TimeSpan.Zero, Peer, MemberlistEncoder.Encode(message));

    private MemberStatus StatusOf(string name) => node.Members.SingleOrDefault(member => member.Name == name)?.Status ?? MemberStatus.None;

    /// <summary>What the node gossips about itself next; it may go along with a ping as well.</summary>
    private uint IncarnationInGossip(TimeSpan? at = null)
    {
        node.OnTimer(at ?? GossipTiming.Lan.GossipInterval);
        return node.Drain().OfType<SendDatagram>()
            .SelectMany(datagram => DatagramCodec.Open(datagram.Bytes, Keyring.Empty, out _))
            .Select(part => MemberlistDecoder.Decode(part))
            .OfType<Alive>()
            .Where(alive => alive.Node == "me")
            .Select(alive => alive.Incarnation)
            .Distinct()
            .Single();
    }
}
