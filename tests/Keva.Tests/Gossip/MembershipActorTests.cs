using Keva.Node.Gossip;
using Keva.Node.Transport;
using Keva.Serf;

namespace Keva.Tests.Gossip;

public sealed class MembershipActorTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);
    private static readonly ClusterId Ours = new(0xc1);
    private readonly GossipWorld world = new(seed: 1);

    [Fact]
    public void Nodes_that_are_each_others_seeds_get_to_know_all_that_each_says_of_itself()
    {
        var nodes = StartThree();

        AssertAllAlive(nodes);
        Assert.Equal(
            new GossipPeer(GossipWorld.IdOf("n2"), "n2", "keva", ClusterId.None, "n2:3700", "n2:3800", "1.2.3", IsJoining: false, MemberStatus.Alive),
            nodes[0].Peers[1]);
    }

    [Fact]
    public void New_tags_are_told_once_and_the_cluster_that_a_node_is_in_is_one_of_them()
    {
        var nodes = StartThree();
        AssertAllAlive(nodes);
        var told = nodes[2].Told.Count;

        nodes[0].Tell(new OwnTagsChanged(Ours, IsJoining: true));

        Assert.True(world.Time.RunUntil(() => nodes[2].Peers[0] is { IsJoining: true } peer && peer.Cluster == Ours, Soon));
        world.Time.AdvanceBy(TimeSpan.FromMinutes(2));
        Assert.Equal(told + 1, nodes[2].Told.Count);
    }

    [Fact]
    public void Silent_seeds_are_tried_again_after_pauses_that_grow_and_are_never_the_same()
    {
        var node = world.Start("n1");
        node.Tell(new JoinGossip(["n2:3700", "n1:3700"]));
        world.Time.AdvanceBy(TimeSpan.FromMinutes(5));

        var times = node.Network.LookUps.Select(lookUp => lookUp.At).ToList();
        var pauses = times.Zip(times.Skip(1), (earlier, later) => later - earlier).ToList();
        Assert.All(node.Network.LookUps, lookUp => Assert.Equal("n2:3700", lookUp.Address));
        Assert.InRange(pauses[0], TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(0.6));
        Assert.All(pauses.Skip(7), pause => Assert.InRange(pause, TimeSpan.FromSeconds(14), TimeSpan.FromSeconds(31)));
        Assert.Equal(pauses.Count, pauses.Distinct().Count());

        var late = world.Start("n2");
        Assert.True(world.Time.RunUntil(() => node.StatusOf("n2") == MemberStatus.Alive && late.StatusOf("n1") == MemberStatus.Alive, TimeSpan.FromSeconds(32)));
    }

    [Fact]
    public void Halves_of_a_cluster_that_began_apart_find_each_other()
    {
        var names = new[] { "a", "b", "c", "d" };
        var nodes = names.Select(name => world.Start(name)).ToArray();
        var others = world.Names.Where(entry => entry.Key[0] >= 'c').ToList();
        others.ForEach(entry => world.Names.Remove(entry.Key));
        nodes[0].Tell(new JoinGossip(["b:3700", "c:3700", "d:3700"]));
        nodes[2].Tell(new JoinGossip(["a:3700"]));
        nodes[3].Tell(new JoinGossip([]));
        world.Time.AdvanceBy(Soon);
        others.ForEach(entry => world.Names[entry.Key] = entry.Value);

        Assert.True(world.Time.RunUntil(() => nodes.All(node => names.All(name => node.StatusOf(name) == MemberStatus.Alive)), TimeSpan.FromMinutes(2)));
    }

    [Fact]
    public void A_node_that_dies_is_failed_to_the_others_within_six_seconds_of_their_losing_the_connection()
    {
        var nodes = StartThree();
        AssertAllAlive(nodes);
        nodes[1].Kill();
        nodes[0].Tell(new PeerConnectionLost("n2"));
        nodes[2].Tell(new PeerConnectionLost("n2"));

        Assert.True(world.Time.RunUntil(() => nodes[0].StatusOf("n2") == MemberStatus.Failed && nodes[2].StatusOf("n2") == MemberStatus.Failed, TimeSpan.FromSeconds(6)));
    }

    [Fact]
    public void A_node_that_leaves_says_so_and_is_left_to_the_others()
    {
        var nodes = StartThree();
        AssertAllAlive(nodes);

        nodes[1].Tell(LeaveGossip.Instance);

        Assert.True(world.Time.RunUntil(() => nodes[1].Told.Contains(GossipLeft.Instance), Soon));
        Assert.Equal(MemberStatus.Left, nodes[0].StatusOf("n2"));
        Assert.Equal(MemberStatus.Left, nodes[2].StatusOf("n2"));
        nodes[1].Tell(LeaveGossip.Instance);
        world.Time.RunUntilIdle();
        Assert.Equal(2, nodes[1].Told.Count(message => message is GossipLeft));
    }

    [Fact]
    public void A_node_that_left_comes_back_at_once_at_another_address()
    {
        var nodes = StartThree();
        AssertAllAlive(nodes);
        nodes[1].Tell(LeaveGossip.Instance);
        Assert.True(world.Time.RunUntil(() => nodes[0].StatusOf("n2") == MemberStatus.Left && nodes[1].Told.Contains(GossipLeft.Instance), Soon));
        nodes[1].Kill();

        world.Start("n2", address: "elsewhere").Tell(new JoinGossip(["n1:3700"]));

        Assert.True(world.Time.RunUntil(() => nodes[2].StatusOf("n2") == MemberStatus.Alive, Soon));
        Assert.Equal("elsewhere:3700", nodes[2].Peers[1].PeerAddress);
    }

    [Fact]
    public void The_second_node_of_a_name_is_told_that_it_has_to_stop()
    {
        var nodes = StartThree();
        AssertAllAlive(nodes);

        var second = world.Start("n2", address: "elsewhere");
        second.Tell(new JoinGossip(["n1:3700"]));

        Assert.True(world.Time.RunUntil(() => second.Told.OfType<OwnNameLost>().Any(), TimeSpan.FromSeconds(30)));
        Assert.Contains("another node of the gossip is called 'n2'", second.Told.OfType<OwnNameLost>().Single().Reason, StringComparison.Ordinal);
        Assert.Empty(nodes[1].Told.OfType<OwnNameLost>());
    }

    [Fact]
    public void Nodes_of_another_cluster_are_not_peers()
    {
        var nodes = StartThree();
        var sameNameOtherId = world.Start("other", cluster: new ClusterId(0xc2));
        var otherName = world.Start("third", clusterName: "test");
        AssertAllAlive(nodes);
        nodes[0].Tell(new OwnTagsChanged(Ours, IsJoining: false));
        nodes[1].Tell(new OwnTagsChanged(Ours, IsJoining: false));
        nodes[2].Tell(new OwnTagsChanged(Ours, IsJoining: false));

        sameNameOtherId.Tell(new JoinGossip(["n1:3700"]));
        otherName.Tell(new JoinGossip(["n1:3700"]));
        world.Time.AdvanceBy(TimeSpan.FromMinutes(1));

        Assert.All(nodes, node => Assert.Equal(["n1", "n2", "n3"], node.Peers.Select(peer => peer.Name)));
        Assert.Single(sameNameOtherId.Peers);
        Assert.Single(otherName.Peers);
    }

    private GossipMember[] StartThree()
    {
        var seeds = new[] { "n1:3700", "n2:3700", "n3:3700" };
        var nodes = new[] { "n1", "n2", "n3" }.Select(name => world.Start(name)).ToArray();
        foreach (var node in nodes)
        {
            node.Tell(new JoinGossip(seeds));
        }

        return nodes;
    }

    private void AssertAllAlive(GossipMember[] nodes) =>
        Assert.True(world.Time.RunUntil(
            () => nodes.All(node => nodes.All(other => node.StatusOf(other.Name) == MemberStatus.Alive)), Soon));
}
