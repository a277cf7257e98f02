using Keva.Node.Formation;
using Keva.Node.Gossip;
using Keva.Node.Transport;
using Keva.Raft;
using GossipStatus = Keva.Serf.MemberStatus;

namespace Keva.Tests.Formation;

public sealed class ClusterSearchTests
{
    private static readonly GossipPeer Self = Peer("a", cluster: 0);

    [Fact]
    public void The_one_cluster_that_others_are_in_is_found()
    {
        var search = new ClusterSearch("keva", "a", expected: 3);
        search.OnPeers([Self, Peer("b", cluster: 7), Peer("c", cluster: 7), Peer("d", cluster: 0)]);

        Assert.Equal(new ClusterId(7), search.Found);
        Assert.Empty(search.Founders);
    }

    [Fact]
    public void Two_clusters_of_one_name_are_no_answer()
    {
        var search = new ClusterSearch("keva", "a", expected: 0);
        search.OnPeers([Self, Peer("b", cluster: 7), Peer("c", cluster: 8)]);

        Assert.True(search.Found.IsNone);
        Assert.Contains("2 clusters", search.Obstacle, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cluster_of_another_name_or_of_nodes_that_are_gone_does_not_count()
    {
        var search = new ClusterSearch("keva", "a", expected: 0);
        search.OnPeers([Self, Peer("b", cluster: 7) with { ClusterName = "other" }, Peer("c", cluster: 8) with { Status = GossipStatus.Failed }]);

        Assert.True(search.Found.IsNone);
        Assert.Contains("start one node without --join", search.Obstacle, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_forms_a_cluster_before_as_many_are_there_as_expected()
    {
        var search = new ClusterSearch("keva", "a", expected: 3);
        search.OnPeers([Self, Peer("b", cluster: 0)]);

        Assert.Empty(search.Founders);
        Assert.Contains("2 of the 3", search.Obstacle, StringComparison.Ordinal);
    }

    [Fact]
    public void All_choose_the_same_founders_and_who_is_none_of_them_waits()
    {
        GossipPeer[] all = [Self, Peer("b", cluster: 0), Peer("c", cluster: 0), Peer("d", cluster: 0)];
        var first = new ClusterSearch("keva", "a", expected: 3);
        var last = new ClusterSearch("keva", "d", expected: 3);
        first.OnPeers(all);
        last.OnPeers(all);

        Assert.Equal(["a", "b", "c"], first.Founders.Select(founder => founder.Name));
        Assert.Empty(last.Founders);
    }

    private static GossipPeer Peer(string name, ulong cluster) => new(
        new NodeId(name[0]), name, "keva", new ClusterId(cluster), $"{name}:3700", $"{name}:3800", "1", IsJoining: cluster == 0, GossipStatus.Alive);
}
