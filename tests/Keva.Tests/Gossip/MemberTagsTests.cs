using System.Net;
using Keva.Node.Gossip;
using Keva.Node.Transport;
using Keva.Raft;
using Keva.Serf;

namespace Keva.Tests.Gossip;

public sealed class MemberTagsTests
{
    private static readonly ClusterId Ours = new(0xc1);

    [Fact]
    public void What_a_node_says_of_itself_is_read_as_it_is()
    {
        var tags = MemberTags.Of(GossipWorld.SetupFor("n1", "keva", Ours), Ours, isJoining: true);

        Assert.Equal("keva/00000000000000c1", tags["cluster"]);
        Assert.Equal(
            new GossipPeer(GossipWorld.IdOf("n1"), "n1", "keva", Ours, "n1:3700", "n1:3800", "1.2.3", IsJoining: true, MemberStatus.Alive),
            MemberTags.Read(MemberOf("n1", tags)));
    }

    [Fact]
    public void A_node_in_no_cluster_names_the_one_that_it_wants_to_be_in()
    {
        var tags = MemberTags.Of(GossipWorld.SetupFor("n1", "keva", ClusterId.None), ClusterId.None, isJoining: false);

        Assert.Equal("keva", tags["cluster"]);
        Assert.DoesNotContain("status", tags.Keys);
        Assert.True(MemberTags.Read(MemberOf("n1", tags))!.Cluster.IsNone);
    }

    [Theory]
    [InlineData("cluster", "")]
    [InlineData("cluster", "keva/")]
    [InlineData("cluster", "keva/0000000000000000")]
    [InlineData("cluster", "keva/c1")]
    [InlineData("cluster", "ke va/00000000000000c1")]
    [InlineData("cluster", "keva/00000000000000c1/")]
    [InlineData("id", "")]
    [InlineData("id", "0000000000000000")]
    [InlineData("id", "+00000000000000a")]
    [InlineData("keva", "nowhere")]
    [InlineData("keva", "host:0")]
    [InlineData("http", "host:99999")]
    [InlineData("http", "ho\nst:80")]
    [InlineData("vsn", "")]
    [InlineData("vsn", "1\u0000")]
    [InlineData("role", "web")]
    public void Tags_that_no_node_writes_are_not_those_of_a_node(string tag, string value)
    {
        var tags = MemberTags.Of(GossipWorld.SetupFor("n1", "keva", Ours), Ours, isJoining: false);
        tags[tag] = value;
        Assert.Null(MemberTags.Read(MemberOf("n1", tags)));
        Assert.NotNull(MemberTags.Read(MemberOf("n1", MemberTags.Of(GossipWorld.SetupFor("n1", "keva", Ours), Ours, isJoining: false))));
    }

    [Theory]
    [InlineData("keva", "keva", true)]
    [InlineData("keva", "keva/00000000000000c1", true)]
    [InlineData("keva", "keva/00000000000000c2", false)]
    [InlineData("keva", "other", false)]
    [InlineData("keva", "other/00000000000000c1", false)]
    [InlineData("keva", "", false)]
    [InlineData("web", "other", true)]
    [InlineData("", "", true)]
    public void Nodes_of_other_clusters_are_kept_out_and_agents_are_not(string role, string cluster, bool isIn) =>
        Assert.Equal(isIn, MemberTags.IsOfCluster("keva", Ours, new Dictionary<string, string> { ["role"] = role, ["cluster"] = cluster }));

    private static Member MemberOf(string name, IReadOnlyDictionary<string, string> tags) =>
        new(name, new IPEndPoint(IPAddress.Loopback, 3700), tags, MemberStatus.Alive);
}
