using Keva.Raft;
using Keva.Raft.Membership;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Membership;

public sealed class ClusterConfigurationTests
{
    private static readonly ClusterConfiguration Joint = ClusterConfiguration.Create(
        [Named(4), Named(2), Named(3), Named(1)],
        [Id(3), Id(2)],
        [Id(2), Id(1)],
        [Id(4)]);

    [Fact]
    public void Members_and_roles_are_in_the_order_of_their_ids()
    {
        Assert.Equal([Id(1), Id(2), Id(3), Id(4)], Joint.Members.Select(member => member.Id));
        Assert.Equal([Id(2), Id(3)], Joint.Voters.ToArray());
        Assert.Equal([Id(1), Id(2)], Joint.OutgoingVoters.ToArray());
    }

    [Fact]
    public void Old_and_new_voters_vote_while_two_configurations_overlap_and_learners_never()
    {
        Assert.True(Joint.IsJoint);
        Assert.True(Joint.IsVoter(Id(1)) && Joint.IsVoter(Id(2)) && Joint.IsVoter(Id(3)));
        Assert.False(Joint.IsVoter(Id(4)) || Joint.IsVoter(Id(9)));
    }

    [Fact]
    public void Equal_content_is_an_equal_configuration_whatever_the_order()
    {
        Assert.Equal(ServerUnderTest.Voters(1, 2, 3), ServerUnderTest.Voters(3, 1, 2));
        Assert.NotEqual(ServerUnderTest.Voters(1, 2, 3), ServerUnderTest.Voters(1, 2));
        Assert.NotEqual(ServerUnderTest.Voters(1), ClusterConfiguration.OfVoters([Named(1)]));
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Assert.Throws<ArgumentException>(() => ServerUnderTest.Voters(1, 1));
        Assert.Throws<ArgumentException>(() => ServerUnderTest.Voters(0));
        Assert.Throws<ArgumentException>(() => ClusterConfiguration.Create([Named(1)], [Id(1), Id(2)]));
        Assert.Throws<ArgumentException>(() => ClusterConfiguration.Create([Named(1), Named(2)], [Id(1)]));
        Assert.Throws<ArgumentException>(() => ClusterConfiguration.Create([Named(1)], [Id(1), Id(1)]));
        Assert.Throws<ArgumentException>(() => ClusterConfiguration.Create([Named(1), Named(2)], [Id(1), Id(2)], learners: [Id(2)]));
        Assert.Throws<ArgumentException>(() => ClusterConfiguration.Create([Named(1)], [], learners: [Id(1)]));
    }

    [Fact]
    public void Every_configuration_reads_back_as_it_was_written()
    {
        foreach (var configuration in new[] { ClusterConfiguration.Empty, ServerUnderTest.Voters(1, 2, 3), Joint })
        {
            Assert.True(ClusterConfigurationCodec.TryDecode(ClusterConfigurationCodec.Encode(configuration).Span, out var read));
            Assert.Equal(configuration, read);
        }
    }

    [Fact]
    public void The_bytes_are_those_that_the_format_says()
    {
        var configuration = ClusterConfiguration.OfVoters([new Member(new NodeId(0x0102), "é", "h:1", "")]);

        Assert.Equal(
            "01" + "0100" + "0201000000000000" + "01" + "0200C3A9" + "0300683A31" + "0000",
            Convert.ToHexString(ClusterConfigurationCodec.Encode(configuration).Span));
    }

    [Fact]
    public void Shortened_and_lengthened_bytes_are_refused()
    {
        var bytes = ClusterConfigurationCodec.Encode(Joint).ToArray();
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(ClusterConfigurationCodec.TryDecode(bytes.AsSpan(..length), out _));
        }

        Assert.False(ClusterConfigurationCodec.TryDecode([.. bytes, 0], out _));
    }

    [Fact]
    public void Flipped_bytes_are_refused_or_read_as_a_valid_configuration_and_never_throw()
    {
        var bytes = ClusterConfigurationCodec.Encode(Joint).ToArray();
        var random = new Random(7);
        for (var i = 0; i < 5000; i++)
        {
            var broken = bytes.ToArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                broken[random.Next(broken.Length)] = (byte)random.Next(256);
            }

            if (ClusterConfigurationCodec.TryDecode(broken, out var read))
            {
                Assert.True(ClusterConfigurationCodec.TryDecode(ClusterConfigurationCodec.Encode(read).Span, out var again));
                Assert.Equal(read, again);
            }
        }
    }

    [Fact]
    public void The_largest_configuration_is_read_and_written_in_time_in_proportion()
    {
        var members = Enumerable.Range(1, ushort.MaxValue).Select(number => new Member(Id(number), "", "", "")).ToArray();
        var largest = ClusterConfiguration.OfVoters(members); // a megabyte, which any peer can send

        Assert.True(ClusterConfigurationCodec.TryDecode(ClusterConfigurationCodec.Encode(largest).Span, out var read));

        Assert.Equal(members[^1], read.Find(members[^1].Id));
        Assert.Equal(largest, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("020000")]
    [InlineData("01FFFF")]
    [InlineData("010100010000000000000000000000000000")]
    [InlineData("010100010000000000000001FFFF")]
    [InlineData("0101000100000000000000010100FF00000000")]
    [InlineData("010100010000000000000008000000000000")]
    public void Bytes_that_are_no_configuration_are_refused(string hex)
    {
        Assert.False(ClusterConfigurationCodec.TryDecode(Convert.FromHexString(hex), out _));
    }

    private static NodeId Id(int number) => ServerUnderTest.Node(number);

    private static Member Named(int number) => new(Id(number), $"host{number}", $"host{number}:3700", $"host{number}:3800");
}
