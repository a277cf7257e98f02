using System.Net;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>Nodes that are in no file, and join a cluster that is there.</summary>
public sealed class JoinTests(ITestOutputHelper output)
{
    private const int Keys = 3_000;

    // Little is kept of the log, so that who comes late needs a snapshot.
    private static readonly string[] ShortLog = ["raft.retained-log-entries=100", "journal.checkpoint-interval=200ms"];

    [Fact]
    public async Task A_node_that_joins_through_a_follower_becomes_a_voter_and_serves_what_was_written_before()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, settings: ["membership.voters=4"]);
        var follower = cluster.AllBut(await cluster.LeaderAsync())[0];
        Assert.True((await follower.Client.SetAsync("before", "there already")).IsSuccess);

        var joiner = cluster.Add("late", follower);
        joiner.Start();
        output.WriteLine($"a voter after {await cluster.Nodes.WaitForMembersAsync(cluster.Nodes, voters: 4)}");
        await joiner.WaitUntilReadyAsync();
        Assert.Equal("there already", (await joiner.Client.GetAsync("before")).Text);
        Assert.Equal("there already", (await joiner.Client.GetStaleAsync("before")).Text);
        Assert.True((await joiner.Client.SetAsync("after", "through the new one")).IsSuccess);
        Assert.Equal("through the new one", (await follower.Client.GetAsync("after")).Text);

        // One more than the voters that are wanted learns, and serves all the same.
        var learner = cluster.Add("learner", joiner);
        learner.Start();
        await cluster.Nodes.WaitForMembersAsync(cluster.Nodes, voters: 4);
        await learner.WaitUntilReadyAsync();
        Assert.True((await learner.Client.SetAsync("by the learner", "x")).IsSuccess);
        Assert.Equal("through the new one", (await learner.Client.GetAsync("after")).Text);
        Assert.Equal("x", (await learner.Client.GetAsync("by the learner")).Text);
        Assert.Equal("learner", (await cluster.Nodes[0].Client.ClusterAsync())["learner"].Role);

        var refused = await cluster.Nodes[0].OperateAsync("cluster", "transfer", "learner");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("'learner' cannot lead: it does not vote", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);

        await joiner.KillAsync();
        joiner.Seeds = [];
        joiner.Start();
        await joiner.WaitUntilReadyAsync();
        Assert.Equal("x", (await joiner.Client.GetAsync("by the learner")).Text);
    }

    [Fact]
    public async Task A_node_that_joins_after_the_log_was_cut_gets_a_snapshot()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, settings: ShortLog);
        await BulkLoad.RunAsync([.. cluster.Nodes.Select(node => node.UserPort)], connections: 12, Keys, new byte[100]);
        var joiner = cluster.Add("late", cluster.Nodes[2]);
        joiner.Start();
        output.WriteLine($"a voter after {await cluster.Nodes.WaitForMembersAsync(cluster.Nodes, voters: 4)}");
        await joiner.WaitUntilReadyAsync();
        Assert.Contains("Installed the snapshot of entry", joiner.Log, StringComparison.Ordinal);
        foreach (var key in new[] { 0, Keys / 2, Keys - 1 })
        {
            Assert.Equal(HttpStatusCode.OK, (await joiner.Client.GetStaleAsync(BulkLoad.KeyOf(key))).Status);
        }
    }

    [Fact]
    public async Task A_second_node_of_the_same_name_is_refused_with_a_sentence_and_the_first_is_undisturbed()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        await using var load = new WriteLoad("twice", cluster.Nodes);
        await load.WaitForMoreAsync(100);
        var before = await cluster.Nodes[0].Client.ClusterAsync();
        await using var watch = MembershipWatch.ForDoubles([.. cluster.Nodes]);
        var first = cluster.Nodes[1];
        var second = cluster.Add(first.Name, cluster.Nodes[0], cluster.Nodes[2]);
        second.Start();

        var end = await second.Process.WaitForEndAsync();
        Assert.Equal(1, end.ExitCode);
        var sentence = end.ErrorLines[^1];
        output.WriteLine(sentence);
        Assert.StartsWith("keva: ", sentence, StringComparison.Ordinal);
        Assert.Contains($"another node of the gossip is called '{first.Name}', too", sentence, StringComparison.Ordinal);

        await load.WaitForMoreAsync(200);
        await load.StopAsync();
        Assert.Equal(0, load.Failures);
        foreach (var node in cluster.Running)
        {
            await load.AssertAllThereAsync(node);
        }

        await watch.AssertNothingWasWrongAsync();
        var after = await cluster.Nodes[0].Client.ClusterAsync();
        Assert.Equal(before.Members.Select(member => member.Id), after.Members.Select(member => member.Id));
    }

    [Fact]
    public async Task A_node_whose_seeds_lead_to_two_clusters_joins_neither_and_says_so()
    {
        await using var clusters = new ClusterUnderTest(output, size: 0);
        var (one, other) = (clusters.Add("one"), clusters.Add("other"));
        clusters.StartAll();
        await clusters.WaitUntilReadyAsync();
        var undecided = clusters.Add("undecided", one, other);
        undecided.Start();
        output.WriteLine(await undecided.WaitUntilNotReadyAsync("the seeds lead to 2 clusters"));
        Assert.Empty((await undecided.Client.ClusterAsync()).Members);
        foreach (var node in new[] { one, other })
        {
            Assert.True((await node.Client.SetAsync("still", "served")).IsSuccess);
            Assert.Single((await node.Client.ClusterAsync()).Members);
        }
    }
}
