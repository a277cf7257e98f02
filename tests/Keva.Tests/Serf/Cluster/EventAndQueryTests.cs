using System.Text;
using Keva.Serf;
using Xunit.Abstractions;

namespace Keva.Tests.Serf.Cluster;

/// <summary>What nodes tell and ask each other.</summary>
public sealed class EventAndQueryTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public void An_event_reaches_every_node_once()
    {
        var cluster = GossipCluster.Of(20, seed: 1);
        cluster.LossPercent = 10;

        cluster.Nodes[3].Do(node => node.SendEvent(cluster.Now, "deploy", "v1"u8.ToArray(), coalesce: true));
        cluster.Nodes[7].Do(node => node.SendEvent(cluster.Now, "deploy", "v2"u8.ToArray()));
        cluster.RunFor(Patience);

        Assert.All(cluster.Nodes, node => Assert.Equal(
            ["v1", "v2"], node.ReportsOf<UserEventReceived>().Select(received => Encoding.UTF8.GetString(received.Payload)).Order()));
        Assert.Contains(cluster.Nodes[0].ReportsOf<UserEventReceived>(), received => received.Coalesce);
    }

    [Fact]
    public void The_same_event_may_be_sent_again()
    {
        var cluster = GossipCluster.Of(3, seed: 2);

        for (var i = 0; i < 3; i++)
        {
            cluster.Nodes[0].Do(node => node.SendEvent(cluster.Now, "tick", []));
            cluster.RunFor(TimeSpan.FromSeconds(2));
        }

        Assert.All(cluster.Nodes, node => Assert.Equal(3, node.ReportsOf<UserEventReceived>().Count()));
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void A_node_that_joins_hears_of_old_events_only_if_it_wants_to(bool ignoreOldEvents, int heard)
    {
        var cluster = GossipCluster.Of(3, seed: 3);
        cluster.Nodes[0].Do(node => node.SendEvent(cluster.Now, "old", []));
        cluster.RunFor(Patience);

        var late = cluster.Start("late");
        late.Do(node => node.Join(cluster.Now, [cluster.Nodes[1].Address], ignoreOldEvents));
        cluster.RunFor(TimeSpan.FromMinutes(3));

        Assert.Equal(heard, late.ReportsOf<UserEventReceived>().Count());
    }

    [Fact]
    public void An_event_that_is_too_long_is_refused()
    {
        var cluster = GossipCluster.Of(1, seed: 4);

        Assert.Throws<ArgumentException>(() => cluster.Nodes[0].Serf.SendEvent(cluster.Now, "long", new byte[600]));
    }

    [Fact]
    public void A_query_is_answered_by_every_node()
    {
        var cluster = GossipCluster.Of(8, seed: 5);
        foreach (var node in cluster.Nodes)
        {
            node.Answer = query => Encoding.UTF8.GetBytes($"{query.Name} {Encoding.UTF8.GetString(query.Payload)} of {node.Name}");
        }

        var asker = cluster.Nodes[2];
        var id = asker.Do(node => node.Query(cluster.Now, "uptime", "now"u8.ToArray(), new QueryParameters { WantsAcknowledgements = true }));
        cluster.RunUntil(() => asker.ReportsOf<QueryFinished>().Any(), Patience);

        Assert.Equal(new QueryFinished(id, 8, 8), Assert.Single(asker.ReportsOf<QueryFinished>()));
        Assert.Equal(
            cluster.Nodes.Select(node => $"uptime now of {node.Name}"),
            asker.ReportsOf<QueryAnswered>().Where(answer => answer.Query == id).Select(answer => Encoding.UTF8.GetString(answer.Payload)).Order());
    }

    [Fact]
    public void A_query_is_put_only_to_those_that_it_is_for()
    {
        var cluster = new GossipCluster(seed: 6);
        foreach (var (name, role) in (ReadOnlySpan<(string, string)>)[("a", "web"), ("b", "db"), ("c", "web-canary"), ("d", "web")])
        {
            cluster.Start(name, options => options with { Tags = new Dictionary<string, string> { ["role"] = role } });
            cluster.Nodes[^1].Join(cluster.Nodes[0]);
        }

        cluster.RunUntil(cluster.AllSeeAllAlive, Patience);
        cluster.Nodes[1].Do(node => node.Query(cluster.Now, "who", [], new QueryParameters
        {
            Nodes = ["a", "b", "c"],
            Tags = new Dictionary<string, string> { ["role"] = "^web" },
        }));
        cluster.RunFor(Patience);

        Assert.Equal(["a", "c"], cluster.Nodes.Where(node => node.ReportsOf<QueryReceived>().Any()).Select(node => node.Name));
    }

    [Fact]
    public void Relayed_answers_come_through_where_direct_ones_are_lost_and_count_once()
    {
        // Of ten nodes each; three in ten of the direct answers are lost, and of those relayed five times one in a hundred.
        var (direct, relayed) = (new List<int>(), new List<int>());
        for (var seed = 1; seed <= 10; seed++)
        {
            direct.Add(AnswersOfTenAtHeavyLoss(seed, relayFactor: 0));
            relayed.Add(AnswersOfTenAtHeavyLoss(seed, relayFactor: 5));
        }

        output.WriteLine($"direct {string.Join(' ', direct)}, relayed {string.Join(' ', relayed)}");
        Assert.InRange(relayed.Max(), 0, 10);
        Assert.InRange(relayed.Sum(), 95, 100);
        Assert.InRange(direct.Sum(), 50, 90);
    }

    [Fact]
    public void An_answer_after_the_deadline_is_not_sent()
    {
        var cluster = GossipCluster.Of(2, seed: 8);
        cluster.Nodes[0].Do(node => node.Query(cluster.Now, "quick", [], new QueryParameters { Timeout = TimeSpan.FromSeconds(1) }));
        cluster.RunFor(TimeSpan.FromSeconds(3));

        var query = Assert.Single(cluster.Nodes[1].ReportsOf<QueryReceived>()).Query;

        Assert.False(cluster.Nodes[1].Do(node => node.Respond(cluster.Now, query, [])));
    }

    [Fact]
    public void The_protocols_own_queries_are_not_for_applications()
    {
        var cluster = GossipCluster.Of(3, seed: 9);
        var asker = cluster.Nodes[0];

        asker.Do(node => node.Query(cluster.Now, "_serf_ping", [], new QueryParameters { WantsAcknowledgements = true }));
        cluster.RunUntil(() => asker.ReportsOf<QueryFinished>().Any(), Patience);

        Assert.Equal(3, Assert.Single(asker.ReportsOf<QueryFinished>()).Acknowledgements);
        Assert.All(cluster.Nodes, node => Assert.Empty(node.ReportsOf<QueryReceived>()));
        Assert.Throws<ArgumentException>(() => asker.Serf.Query(cluster.Now, "_serf_remove-key", []));
    }

    [Fact]
    public void Nodes_learn_how_far_apart_they_are()
    {
        var cluster = GossipCluster.Of(5, seed: 10);
        cluster.LeastLatency = cluster.MostLatency = TimeSpan.FromMilliseconds(20);
        cluster.RunFor(TimeSpan.FromMinutes(10));

        var estimate = cluster.Nodes[0].Serf.EstimateRoundTrip("n3");

        Assert.NotNull(estimate);
        Assert.InRange(estimate.Value.TotalMilliseconds, 30, 50);
    }

    private static int AnswersOfTenAtHeavyLoss(int seed, byte relayFactor)
    {
        var cluster = GossipCluster.Of(10, seed);
        cluster.LossPercent = 30;
        foreach (var node in cluster.Nodes)
        {
            node.Answer = _ => "yes"u8.ToArray();
        }

        var asker = cluster.Nodes[0];
        asker.Do(node => node.Query(cluster.Now, "there?", [], new QueryParameters { RelayFactor = relayFactor, Timeout = TimeSpan.FromSeconds(20) }));
        cluster.RunUntil(() => asker.ReportsOf<QueryFinished>().Any(), TimeSpan.FromSeconds(30));
        return Assert.Single(asker.ReportsOf<QueryFinished>()).Answers;
    }
}
