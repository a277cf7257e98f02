using System.Diagnostics;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>
/// Networks between the nodes that are cut while clients reach all nodes. A cut is silent: no connection is closed, and
/// what was under way arrives when it is healed.
/// </summary>
public sealed class PartitionTests(ITestOutputHelper output)
{
    // Longer than any node waits for a leader before it stands for election.
    private static readonly TimeSpan Cut = TimeSpan.FromSeconds(2.5);

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public async Task A_leader_that_is_cut_off_gives_way_and_what_it_could_not_replicate_never_happened(int size)
    {
        await using var scenario = await FaultScenario.StartAsync(output, size, canBeCut: true);
        var leader = await scenario.Cluster.LeaderAsync();
        scenario.Cluster.Network.Isolate(leader);
        var moment = Stopwatch.GetTimestamp();
        await scenario.WaitForOtherLeaderAsync(leader, scenario.Cluster.AllBut(leader));
        await scenario.Clients.GapAfterAsync(moment);
        await Eventually.BecomesTrueAsync(async () => (await leader.Client.ClusterAsync()).Leader is null, "the old leader has stepped down");
        scenario.Cluster.Network.Heal();
        await scenario.AssertNothingIsWrongAsync();
    }

    [Fact]
    public async Task A_follower_that_is_cut_off_disturbs_nobody_when_it_comes_back()
    {
        await using var scenario = await FaultScenario.StartAsync(output, canBeCut: true, settings: FaultScenario.CalmElections);
        var leader = await scenario.Cluster.LeaderAsync();
        var follower = scenario.Cluster.AllBut(leader)[0];
        var term = (await leader.Client.ClusterAsync()).Term;
        scenario.Cluster.Network.Isolate(follower);
        await Eventually.BecomesTrueAsync(async () => (await follower.Client.ClusterAsync()).Leader is null, "the follower misses its leader");
        await scenario.Clients.WaitForMoreAsync(250);
        scenario.Cluster.Network.Heal();
        await scenario.AssertNothingIsWrongAsync();

        // It asked before it stood for election (pre-vote, §9.6), and those that have a leader said no.
        Assert.Equal(term, (await leader.Client.ClusterAsync()).Term);
    }

    [Fact]
    public async Task A_leader_that_is_heard_but_hears_nobody_gives_way()
    {
        await using var scenario = await FaultScenario.StartAsync(output, canBeCut: true);
        var leader = await scenario.Cluster.LeaderAsync();
        var others = scenario.Cluster.AllBut(leader);
        Array.ForEach(others, other => scenario.Cluster.Network.CutOneWay(other, leader));
        var moment = Stopwatch.GetTimestamp();
        await scenario.WaitForOtherLeaderAsync(leader, others);
        await scenario.Clients.GapAfterAsync(moment);
        scenario.Cluster.Network.Heal();
        await scenario.AssertNothingIsWrongAsync();
    }

    [Fact]
    public async Task A_follower_that_hears_nobody_but_is_heard_does_not_unseat_the_leader()
    {
        await using var scenario = await FaultScenario.StartAsync(output, canBeCut: true, settings: FaultScenario.CalmElections);
        var leader = await scenario.Cluster.LeaderAsync();
        var deaf = scenario.Cluster.AllBut(leader)[0];
        var term = (await leader.Client.ClusterAsync()).Term;
        Array.ForEach(scenario.Cluster.AllBut(deaf), other => scenario.Cluster.Network.CutOneWay(other, deaf));
        var cut = Stopwatch.GetTimestamp();
        await Eventually.BecomesTrueAsync(() => Stopwatch.GetElapsedTime(cut) >= Cut, "it has had the time to stand for election");
        scenario.Cluster.Network.Heal();
        await scenario.AssertNothingIsWrongAsync();
        Assert.Equal(term, (await leader.Client.ClusterAsync()).Term);
    }

    [Fact]
    public async Task Of_five_nodes_the_three_that_see_each_other_serve_and_the_two_with_the_leader_do_not()
    {
        await using var scenario = await FaultScenario.StartAsync(output, size: 5, canBeCut: true);
        var leader = await scenario.Cluster.LeaderAsync();
        var minority = new[] { leader, scenario.Cluster.AllBut(leader)[0] };
        var majority = scenario.Cluster.AllBut(minority);
        scenario.Cluster.Network.Isolate(minority);
        var moment = Stopwatch.GetTimestamp();
        await scenario.WaitForOtherLeaderAsync(leader, majority);
        await scenario.Clients.GapAfterAsync(moment);
        await Eventually.BecomesTrueAsync(
            async () => (await Task.WhenAll(minority.Select(node => node.Client.ClusterAsync()))).All(picture => picture.Leader is null),
            "the minority has no leader");
        await scenario.Clients.WaitForMoreAsync(150);
        scenario.Cluster.Network.Heal();
        await scenario.AssertNothingIsWrongAsync();
    }
}
