using System.Net;
using Keva.Serf;

namespace Keva.Tests.Serf.Cluster;

/// <summary>Who is of another cluster is as if never heard of; and where a name may come back.</summary>
public sealed class AdmissionTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Reclaim = TimeSpan.FromSeconds(30);

    [Fact]
    public void Two_clusters_that_join_each_other_stay_two()
    {
        var cluster = new GossipCluster(seed: 7);
        var ours = new[] { "a1", "a2" }.Select(name => cluster.Start(name, Of("a"))).ToArray();
        var theirs = new[] { "b1", "b2" }.Select(name => cluster.Start(name, Of("b"))).ToArray();
        ours[1].Join(ours[0]);
        theirs[1].Join(theirs[0]);
        cluster.RunFor(Soon);

        ours[0].Join(theirs[0]);
        theirs[1].Join(ours[1]);
        theirs[0].Do(serf => serf.SendEvent(cluster.Now, "theirs", []));
        cluster.RunFor(Soon);

        Assert.All(ours, node => Assert.Equal(["a1", "a2"], node.Serf.Members.Select(member => member.Name)));
        Assert.All(theirs, node => Assert.Equal(["b1", "b2"], node.Serf.Members.Select(member => member.Name)));
        Assert.All(ours, node => Assert.Empty(node.ReportsOf<UserEventReceived>()));
        var refused = ours[0].ReportsOf<JoinFinished>().Last();
        Assert.Equal(0, refused.Contacted);
        Assert.Contains("another cluster", refused.Failures[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_of_no_cluster_takes_part_in_any_and_does_not_bring_two_together()
    {
        var cluster = new GossipCluster(seed: 8);
        var ours = cluster.Start("a", Of("a"));
        var agent = cluster.Start("agent", options => options with { Tags = new Dictionary<string, string> { ["role"] = "web" } });
        var theirs = cluster.Start("b", Of("b"));
        agent.Join(ours);
        cluster.RunFor(Soon);
        agent.Join(theirs);
        cluster.RunFor(TimeSpan.FromMinutes(2));

        Assert.Equal(["a", "agent"], ours.Serf.Members.Select(member => member.Name));
        Assert.Equal(["a", "agent", "b"], agent.Serf.Members.Select(member => member.Name));
        Assert.Equal(MemberStatus.Alive, ours.StatusOf(agent));
        Assert.DoesNotContain("a", theirs.Serf.Members.Select(member => member.Name));
    }

    [Fact]
    public void A_node_of_another_cluster_with_our_name_does_not_make_us_give_way()
    {
        var cluster = new GossipCluster(seed: 9);
        var ours = cluster.Start("same", Of("a"));
        var other = cluster.Start("other", Of("a"));
        ours.Join(other);
        cluster.RunFor(Soon);
        var stranger = cluster.StartAt(new IPEndPoint(IPAddress.Parse("10.9.9.9"), 7946), "same", Of("b"));

        stranger.Join(other);
        stranger.Join(ours);
        cluster.RunFor(Soon);

        Assert.All(cluster.Nodes, node => Assert.Empty(node.ReportsOf<NameConflict>()));
        Assert.Equal(ours.Address, other.Serf.Members.Single(member => member.Name == "same").Address);
        Assert.False(ours.Serf.IsStopped);
    }

    [Fact]
    public void A_member_that_changes_over_to_another_cluster_is_forgotten_and_so_are_those_that_we_leave_behind()
    {
        var cluster = new GossipCluster(seed: 10);
        var own = "a";
        var ours = cluster.Start("ours", options => Of("a")(options) with { Admits = (_, tags) => tags["cluster"] == own });
        var other = cluster.Start("other", options => Of("a")(options) with { Admits = null });
        var third = cluster.Start("third", options => Of("a")(options) with { Admits = null });
        other.Join(ours);
        third.Join(ours);
        cluster.RunUntil(cluster.AllSeeAllAlive, Soon);

        other.Do(serf => serf.SetTags(cluster.Now, new Dictionary<string, string> { ["cluster"] = "b" }));
        cluster.RunFor(Soon);
        Assert.Equal(["ours", "third"], ours.Serf.Members.Select(member => member.Name));

        own = "b";
        ours.Do(serf => serf.ExpelStrangers(cluster.Now));
        Assert.Equal(["ours"], ours.Serf.Members.Select(member => member.Name));

        // Old news of a member may come once more after it is forgotten.
        var forgotten = ours.ReportsOf<MemberChanged>().Where(change => change.Kind == MemberEventKind.Reaped).Select(change => change.Member.Name);
        Assert.Equal(["other", "third"], forgotten.Distinct());
    }

    [Fact]
    public void An_agent_that_remembers_an_earlier_cluster_at_our_addresses_as_failed_comes_to_know_ours()
    {
        var cluster = new GossipCluster(seed: 11);
        var agent = cluster.Start("agent");
        var names = new[] { "n1", "n2" };
        foreach (var name in names)
        {
            cluster.Start(name, Of("old")).Join(agent);
        }

        cluster.RunUntil(cluster.AllSeeAllAlive, Soon);
        cluster.Nodes.Where(node => node != agent).ToList().ForEach(node => node.Kill());
        cluster.RunUntil(() => names.All(name => agent.StatusOf(name) == MemberStatus.Failed), TimeSpan.FromSeconds(40));

        var again = names.Select(name => cluster.Start(name, Of("new"))).ToArray();
        again[0].Join(again[1], agent);
        again[1].Join(agent);

        cluster.RunUntil(cluster.AllSeeAllAlive, TimeSpan.FromMinutes(2));
        Assert.All(names, name => Assert.Equal("new", agent.Serf.Members.Single(member => member.Name == name).Tags["cluster"]));
    }

    [Fact]
    public void A_node_that_left_may_come_back_at_once_at_another_address()
    {
        var cluster = GossipCluster.Of(3, seed: 12, options => options with { DeadNodeReclaimTime = Reclaim });
        var leaver = cluster.Nodes[2];
        leaver.Do(serf => serf.Leave(cluster.Now));
        cluster.RunUntil(() => !leaver.IsUp && cluster.AllSee([leaver], MemberStatus.Left), Soon);

        var again = cluster.Start("n2", options => options with { DeadNodeReclaimTime = Reclaim }, port: 4711);
        again.Join(cluster.Nodes[0]);

        cluster.RunUntil(cluster.AllSeeAllAlive, Soon);
        Assert.All(cluster.Nodes, node => Assert.Equal(4711, node.Serf.Members.Single(member => member.Name == "n2").Address.Port));
        Assert.All(cluster.Nodes, node => Assert.Empty(node.ReportsOf<NameConflict>()));
    }

    [Fact]
    public void A_node_that_failed_may_come_back_at_another_address_after_a_while()
    {
        var cluster = GossipCluster.Of(3, seed: 13, options => options with { DeadNodeReclaimTime = Reclaim });
        cluster.Nodes[2].Kill();
        cluster.RunUntil(() => cluster.AllSee([cluster.Nodes[2]], MemberStatus.Failed), TimeSpan.FromSeconds(40));
        cluster.RunFor(Reclaim);

        var again = cluster.Start("n2", options => options with { DeadNodeReclaimTime = Reclaim }, port: 4711);
        again.Join(cluster.Nodes[0]);

        cluster.RunUntil(cluster.AllSeeAllAlive, Soon);
        Assert.All(cluster.Nodes, node => Assert.Equal(4711, node.Serf.Members.Single(member => member.Name == "n2").Address.Port));
    }

    [Fact]
    public void A_node_that_moves_before_the_others_noticed_keeps_its_name_and_is_believed_once_they_did()
    {
        SerfOptions Reclaiming(SerfOptions options) => options with { DeadNodeReclaimTime = TimeSpan.FromSeconds(1) };
        var cluster = GossipCluster.Of(3, seed: 14, Reclaiming);
        cluster.Nodes[2].Kill();

        var again = cluster.Start("n2", Reclaiming, port: 4711);
        again.Join(cluster.Nodes[0]);

        cluster.RunUntil(
            () => cluster.AllSeeAllAlive() && cluster.Nodes.All(node => node.Serf.Members.Single(member => member.Name == "n2").Address.Port == 4711),
            TimeSpan.FromSeconds(30));
        Assert.NotEmpty(again.ReportsOf<NameConflict>());
        Assert.Empty(again.ReportsOf<NameConflictLost>());
    }

    // Before the others suspect its former self, while they do, and just after they gave it up.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(8)]
    public void A_node_that_moves_is_believed_soon_after_its_former_self_was_given_up_whenever_it_comes_back(int seconds)
    {
        SerfOptions Reclaiming(SerfOptions options) => options with { DeadNodeReclaimTime = TimeSpan.FromSeconds(1) };
        for (var seed = 100; seed < 120; seed++)
        {
            var cluster = GossipCluster.Of(3, seed, Reclaiming);
            cluster.Nodes[2].Kill();
            var killedAt = cluster.Now;
            cluster.RunFor(TimeSpan.FromSeconds(seconds));

            var again = cluster.Start("n2", Reclaiming, port: 4711);
            again.Join(cluster.Nodes[0]);

            // Nothing but the exchange of states, every half a minute, would be too late.
            cluster.RunUntil(
                () => cluster.AllSeeAllAlive() && cluster.Nodes.All(node => node.Serf.Members.Single(member => member.Name == "n2").Address.Port == 4711),
                killedAt + TimeSpan.FromSeconds(20) - cluster.Now);
            Assert.Empty(again.ReportsOf<NameConflictLost>());
        }
    }

    [Fact]
    public void Of_two_living_nodes_of_one_name_the_later_stops()
    {
        var cluster = GossipCluster.Of(2, seed: 15);
        var later = cluster.Start("n1", port: 4711);
        later.Join(cluster.Nodes[0]);

        cluster.RunUntil(() => later.ReportsOf<NameConflictLost>().Any(), TimeSpan.FromSeconds(30));
        Assert.True(cluster.Nodes[1].IsUp);
    }

    private static Func<SerfOptions, SerfOptions> Of(string cluster) => options => options with
    {
        Tags = new Dictionary<string, string> { ["cluster"] = cluster },
        Admits = (_, tags) => tags.GetValueOrDefault("cluster", cluster) == cluster,
    };
}
