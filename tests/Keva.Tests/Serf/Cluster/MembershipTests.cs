using System.Globalization;
using System.Net;
using Keva.Serf;
using Xunit.Abstractions;

namespace Keva.Tests.Serf.Cluster;

/// <summary>Who is there and who is not: whole clusters of real nodes in virtual time.</summary>
public sealed class MembershipTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(30)]
    public void Nodes_that_join_one_seed_know_each_other_soon(int count)
    {
        var cluster = new GossipCluster(seed: count);
        for (var i = 0; i < count; i++)
        {
            var node = cluster.Start($"n{i}", options => options with { Tags = Tags("index", i) });
            if (i > 0)
            {
                node.Join(cluster.Nodes[0]);
            }
        }

        var took = cluster.RunUntil(cluster.AllSeeAllAlive, TimeSpan.FromSeconds(5));

        Say($"{count} nodes converged in {took.TotalMilliseconds} ms with {cluster.Datagrams} datagrams, the longest of {cluster.LongestDatagram} bytes");
        Assert.InRange(cluster.LongestDatagram, 0, 1_400 + 5);
        Assert.All(cluster.Nodes, node => Assert.All(node.Serf.Members, member => Assert.Equal(member.Name, $"n{member.Tags["index"]}")));
        Assert.All(cluster.Nodes.Skip(1), node => Assert.Equal(1, Assert.Single(node.ReportsOf<JoinFinished>()).Contacted));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(10)]
    public void A_killed_node_is_seen_as_failed_within_seconds(int count)
    {
        var cluster = GossipCluster.Of(count, seed: 7 * count);
        cluster.RunFor(TimeSpan.FromSeconds(10));
        var victim = cluster.Nodes[1];

        victim.Kill();
        var took = cluster.RunUntil(() => cluster.AllSee([victim], MemberStatus.Failed), TimeSpan.FromSeconds(30));

        Say($"of {count} nodes all saw the killed one as failed after {took.TotalSeconds} s");
        Assert.InRange(took, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(count < 10 ? 12 : 20));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void A_node_that_leaves_is_seen_as_left_and_never_as_failed(int count)
    {
        var cluster = GossipCluster.Of(count, seed: 11);
        cluster.RunFor(TimeSpan.FromSeconds(5));
        var leaver = cluster.Nodes[^1];

        leaver.Do(node => node.Leave(cluster.Now));
        var took = cluster.RunUntil(() => !leaver.IsUp, TimeSpan.FromSeconds(12));
        Say($"leaving a cluster of {count} took {took.TotalSeconds} s");
        cluster.RunFor(Minute);

        Assert.True(cluster.AllSee([leaver], MemberStatus.Left), cluster.ToString());
        Assert.InRange(took, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
        Assert.All(cluster.Nodes, node => Assert.DoesNotContain(node.ReportsOf<MemberChanged>(), change => change.Kind == MemberEventKind.Failed));
        Assert.True(leaver.Serf.IsStopped);
        Assert.Null(leaver.Serf.NextDue);
    }

    [Fact]
    public void A_node_alone_leaves_without_waiting_for_anybody()
    {
        var cluster = GossipCluster.Of(1, seed: 1);

        cluster.Nodes[0].Do(node => node.Leave(cluster.Now));

        Assert.InRange(cluster.RunUntil(() => !cluster.Nodes[0].IsUp, Minute), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(1.1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_pause_of_two_seconds_makes_nobody_failed(int seed)
    {
        var cluster = GossipCluster.Of(5, seed);
        cluster.RunFor(TimeSpan.FromSeconds(5));

        for (var pause = 0; pause < 6; pause++)
        {
            cluster.Nodes[pause % 5].Pause(TimeSpan.FromSeconds(2));
            cluster.RunFor(TimeSpan.FromSeconds(7));
        }

        cluster.RunFor(Minute);
        Assert.True(cluster.AllSeeAllAlive(), cluster.ToString());
        Assert.All(cluster.Nodes, node => Assert.DoesNotContain(node.ReportsOf<MemberChanged>(), change => change.Kind == MemberEventKind.Failed));
    }

    [Fact]
    public void A_node_that_does_not_run_for_a_minute_accuses_nobody_when_it_is_back()
    {
        var cluster = GossipCluster.Of(5, seed: 3);
        cluster.RunFor(TimeSpan.FromSeconds(5));
        var sleeper = cluster.Nodes[2];

        sleeper.Pause(Minute);
        cluster.RunFor(Minute - TimeSpan.FromSeconds(1));
        Assert.True(cluster.AllSee([sleeper], MemberStatus.Failed) || cluster.Nodes[0].StatusOf(sleeper) == MemberStatus.Failed);
        cluster.RunUntil(cluster.AllSeeAllAlive, 2 * Minute);

        Assert.DoesNotContain(sleeper.ReportsOf<MemberChanged>(), change => change.Kind == MemberEventKind.Failed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_cluster_that_was_cut_in_two_is_one_again_after_healing(int seed)
    {
        var cluster = GossipCluster.Of(5, seed);
        cluster.RunFor(TimeSpan.FromSeconds(5));

        cluster.Nodes[3].Side = cluster.Nodes[4].Side = 1;
        cluster.RunUntil(() => cluster.Nodes.All(node => node.Serf.Members.Count(member => member.Status == MemberStatus.Failed) == (node.Side == 0 ? 2 : 3)), Minute);
        cluster.RunFor(5 * Minute);
        cluster.Nodes[3].Side = cluster.Nodes[4].Side = 0;
        var took = cluster.RunUntil(cluster.AllSeeAllAlive, 5 * Minute);

        Say($"one cluster again {took.TotalSeconds} s after healing");
    }

    [Fact]
    public void A_node_that_was_killed_and_is_back_is_alive_again()
    {
        var cluster = GossipCluster.Of(4, seed: 5);
        cluster.RunFor(TimeSpan.FromSeconds(5));
        cluster.Nodes[3].Kill();
        cluster.RunUntil(() => cluster.AllSee([cluster.Nodes[3]], MemberStatus.Failed), Minute);

        cluster.Start("n3").Join(cluster.Nodes[1]);

        cluster.RunUntil(cluster.AllSeeAllAlive, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_node_that_left_and_is_back_is_alive_again_and_can_leave_again()
    {
        var cluster = GossipCluster.Of(4, seed: 6);
        for (var round = 0; round < 3; round++)
        {
            cluster.RunFor(TimeSpan.FromSeconds(20));
            var leaver = cluster.Nodes.Single(node => node.Name == "n3");
            leaver.Do(node => node.Leave(cluster.Now));
            cluster.RunUntil(() => !leaver.IsUp && cluster.AllSee([leaver], MemberStatus.Left), TimeSpan.FromSeconds(10));

            cluster.Start("n3").Join(cluster.Nodes[1]);
            cluster.RunUntil(cluster.AllSeeAllAlive, TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public void A_node_that_left_may_come_back_at_another_address()
    {
        var cluster = GossipCluster.Of(3, seed: 8);
        var leaver = cluster.Nodes[2];
        leaver.Do(node => node.Leave(cluster.Now));
        cluster.RunUntil(() => !leaver.IsUp && cluster.AllSee([leaver], MemberStatus.Left), TimeSpan.FromSeconds(10));

        cluster.Start("n2", port: 8000).Join(cluster.Nodes[0]);
        cluster.RunUntil(cluster.AllSeeAllAlive, TimeSpan.FromSeconds(10));

        Assert.Equal(8000, cluster.Nodes[0].Serf.Members.Single(member => member.Name == "n2").Address.Port);
    }

    [Fact]
    public void A_failed_node_may_come_back_at_another_address_after_the_reclaim_time()
    {
        var cluster = GossipCluster.Of(3, seed: 8, options => options with { DeadNodeReclaimTime = TimeSpan.FromSeconds(5) });
        cluster.Nodes[2].Kill();
        cluster.RunUntil(() => cluster.AllSee([cluster.Nodes[2]], MemberStatus.Failed), Minute);
        cluster.RunFor(TimeSpan.FromSeconds(6));

        cluster.Start("n2", port: 8000).Join(cluster.Nodes[0], cluster.Nodes[1]);

        cluster.RunUntil(cluster.AllSeeAllAlive, TimeSpan.FromSeconds(10));
        Assert.Equal(8000, cluster.Nodes[1].Serf.Members.Single(member => member.Name == "n2").Address.Port);
    }

    [Fact]
    public void An_operator_may_have_a_failed_member_seen_as_left_or_forgotten()
    {
        var cluster = GossipCluster.Of(5, seed: 9);
        var (given, forgotten) = (cluster.Nodes[3], cluster.Nodes[4]);
        given.Kill();
        forgotten.Kill();
        cluster.RunUntil(() => cluster.AllSee([given, forgotten], MemberStatus.Failed), Minute);

        Assert.True(cluster.Nodes[0].Do(node => node.ForceLeave(cluster.Now, "n3")));
        Assert.True(cluster.Nodes[1].Do(node => node.ForceLeave(cluster.Now, "n4", prune: true)));
        Assert.False(cluster.Nodes[1].Do(node => node.ForceLeave(cluster.Now, "nobody")));
        cluster.RunUntil(() => cluster.AllSee([given], MemberStatus.Left), TimeSpan.FromSeconds(5));

        cluster.RunUntil(() => cluster.Nodes.Where(node => node.IsUp).All(node => node.StatusOf("n4") == MemberStatus.None), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void A_live_member_that_an_operator_gives_up_objects()
    {
        var cluster = GossipCluster.Of(3, seed: 10);

        cluster.Nodes[0].Do(node => node.ForceLeave(cluster.Now, "n2"));
        cluster.RunFor(TimeSpan.FromSeconds(5));

        Assert.True(cluster.AllSeeAllAlive(), cluster.ToString());
    }

    [Fact]
    public void New_tags_are_seen_by_all()
    {
        var cluster = GossipCluster.Of(5, seed: 12, options => options with { Tags = Tags("http", 1) });

        cluster.Nodes[2].Do(node => node.SetTags(cluster.Now, Tags("http", 2)));
        var took = cluster.RunUntil(
            () => cluster.Nodes.All(node => node.Serf.Members.Single(member => member.Name == "n2").Tags["http"] == "2"), TimeSpan.FromSeconds(5));

        Say($"new tags were seen by five after {took.TotalMilliseconds} ms");
        Assert.All(cluster.Nodes, node => Assert.Single(node.ReportsOf<MemberChanged>(), change => change.Kind == MemberEventKind.Updated));
    }

    [Fact]
    public void Long_gone_members_are_forgotten()
    {
        var cluster = GossipCluster.Of(3, seed: 13, options => options with { ReconnectTimeout = 2 * Minute, TombstoneTimeout = Minute });
        cluster.Nodes[1].Do(node => node.Leave(cluster.Now));
        cluster.Nodes[2].Kill();
        cluster.RunFor(Minute / 2);
        Assert.Equal(3, cluster.Nodes[0].Serf.Members.Count);

        cluster.RunFor(3 * Minute);

        Assert.Equal("n0", Assert.Single(cluster.Nodes[0].Serf.Members).Name);
        Assert.Equal(2, cluster.Nodes[0].ReportsOf<MemberChanged>().Count(change => change.Kind == MemberEventKind.Reaped));
    }

    [Fact]
    public void Of_two_nodes_with_one_name_the_one_that_fewer_know_gives_way()
    {
        var cluster = GossipCluster.Of(5, seed: 14);

        var impostor = cluster.StartAt(new IPEndPoint(IPAddress.Parse("10.0.9.9"), 7946), "n2");
        impostor.Join(cluster.Nodes[0]);
        cluster.RunUntil(() => !impostor.IsUp, Minute);
        cluster.RunFor(Minute);

        Assert.NotEmpty(impostor.ReportsOf<NameConflictLost>());
        Assert.True(cluster.Nodes[2].IsUp);
        Assert.All(cluster.Nodes.Take(5), node => Assert.Equal(MemberStatus.Alive, node.StatusOf("n2")));
    }

    [Fact]
    public void To_join_nobody_fails_with_the_reason()
    {
        var cluster = new GossipCluster(seed: 15);
        var node = cluster.Start("alone");

        node.Do(serf => serf.Join(cluster.Now, [new IPEndPoint(IPAddress.Parse("10.9.9.9"), 7946)]));
        cluster.RunFor(TimeSpan.FromSeconds(1));

        var finished = Assert.Single(node.ReportsOf<JoinFinished>());
        Assert.Equal(0, finished.Contacted);
        Assert.Contains("no connection", Assert.Single(finished.Failures).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        Assert.Equal(Run(seed: 21), Run(seed: 21));
        Assert.NotEqual(Run(seed: 21), Run(seed: 22));

        static ulong Run(int seed)
        {
            var cluster = GossipCluster.Of(7, seed);
            cluster.LossPercent = 10;
            cluster.Nodes[2].Kill();
            cluster.RunFor(Minute);
            return cluster.Fingerprint;
        }
    }

    private static Dictionary<string, string> Tags(string name, int value) =>
        new(StringComparer.Ordinal) { [name] = value.ToString(CultureInfo.InvariantCulture) };

    private void Say(FormattableString line) => output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
