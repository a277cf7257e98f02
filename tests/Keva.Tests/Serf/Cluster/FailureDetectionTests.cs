using Keva.Node.Gossip;
using Keva.Serf;
using Keva.Tests.Gossip;
using Xunit.Abstractions;

namespace Keva.Tests.Serf.Cluster;

/// <summary>How soon a failure is known to all, and that nothing less than a failure is taken for one.</summary>
public sealed class FailureDetectionTests(ITestOutputHelper output)
{
    private const int Seeds = 40;

    /// <summary>What nodes have by default. Agents look after each other half as often.</summary>
    private static readonly GossipTiming NodesTiming = SerfOptionsFrom.Timing(GossipWorld.Settings);

    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan LongEnoughForAnyVerdict = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void A_node_that_dies_is_failed_to_all_in_time_if_those_who_lose_a_connection_to_it_look_after_it_at_once(int count)
    {
        var slowest = TimeSpan.Zero;
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var cluster = Settled(count, seed);
            var victim = cluster.Nodes[seed % count];
            victim.Kill();
            LoseConnectionsTo(victim, cluster);
            var taken = cluster.RunUntil(() => cluster.AllSee([victim], MemberStatus.Failed), LongEnoughForAnyVerdict);
            slowest = taken > slowest ? taken : slowest;
        }

        output.WriteLine($"{count} nodes: at most {slowest}");
        Assert.InRange(slowest, TimeSpan.FromSeconds(3), Promise);
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(3, 5)]
    [InlineData(5, 1)]
    public void A_member_that_dies_among_nodes_and_agents_is_failed_to_all_in_time_though_nobody_loses_a_connection_to_it(int nodes, int agents)
    {
        var all = new List<TimeSpan>();
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var cluster = new GossipCluster(seed);
            for (var i = 0; i < nodes + agents; i++)
            {
                var member = cluster.Start($"n{i}", options => i < nodes ? AsNodes(options) : options);
                member.Join(cluster.Nodes[0]);
            }

            cluster.RunUntil(cluster.AllSeeAllAlive, LongEnoughForAnyVerdict);
            cluster.RunFor(TimeSpan.FromSeconds(5 + seed * 0.137));
            var victim = cluster.Nodes[seed % cluster.Nodes.Count];
            victim.Kill();
            all.Add(cluster.RunUntil(() => cluster.AllSee([victim], MemberStatus.Failed), LongEnoughForAnyVerdict));
        }

        all.Sort();
        output.WriteLine($"{nodes} nodes and {agents} agents: {all[Seeds / 2]} in the median, {all[^1]} at most");
        Assert.InRange(all[^1], TimeSpan.FromSeconds(3), Promise);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void A_process_that_stands_still_for_two_seconds_is_not_failed_also_if_connections_to_it_break(int count)
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var cluster = Settled(count, seed);
            var paused = cluster.Nodes[seed % count];
            paused.Pause(TimeSpan.FromSeconds(2));
            LoseConnectionsTo(paused, cluster);
            cluster.RunFor(LongEnoughForAnyVerdict);
            Assert.All(cluster.Nodes, node => Assert.DoesNotContain(node.ReportsOf<MemberChanged>(), change => change.Kind == MemberEventKind.Failed));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void With_a_twentieth_of_the_datagrams_lost_nobody_stays_failed(int count)
    {
        for (var seed = 1; seed <= Seeds / 4; seed++)
        {
            var cluster = Settled(count, seed);
            cluster.LossPercent = 5;
            cluster.RunFor(TimeSpan.FromMinutes(10));
            Assert.True(cluster.AllSeeAllAlive(), cluster.ToString());
        }
    }

    [Fact]
    public void A_member_is_not_looked_after_twice_at_a_time_and_a_stranger_not_at_all()
    {
        var cluster = Settled(3, seed: 1);
        var (asker, other) = (cluster.Nodes[0], cluster.Nodes[1]);
        var before = cluster.Datagrams;
        for (var i = 0; i < 1_000; i++)
        {
            asker.Do(serf => serf.ProbeSoon(cluster.Now, other.Name));
            asker.Do(serf => serf.ProbeSoon(cluster.Now, "stranger"));
            asker.Do(serf => serf.ProbeSoon(cluster.Now, asker.Name));
        }

        Assert.InRange(cluster.Datagrams - before, 0, 2);
        cluster.RunFor(TimeSpan.FromSeconds(5));
        Assert.True(cluster.AllSeeAllAlive());
    }

    private static SerfOptions AsNodes(SerfOptions options) => options with { Timing = NodesTiming };

    private static GossipCluster Settled(int count, int seed)
    {
        var cluster = GossipCluster.Of(count, seed, AsNodes);

        // Not always at the same moment of the others' rounds.
        cluster.RunFor(TimeSpan.FromSeconds(5 + seed * 0.137));
        return cluster;
    }

    private static void LoseConnectionsTo(GossipNode lost, GossipCluster cluster)
    {
        foreach (var node in cluster.Nodes.Where(node => node != lost))
        {
            node.Do(serf => serf.ProbeSoon(cluster.Now, lost.Name));
        }
    }
}
