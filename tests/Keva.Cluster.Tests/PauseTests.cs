using System.Diagnostics;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>Nodes that stand still for a while, as when a machine is frozen, and then go on as if nothing had happened.</summary>
public sealed class PauseTests(ITestOutputHelper output)
{
    // Longer than any node waits for a leader before it stands for election.
    private static readonly TimeSpan LeaderPause = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan FollowerPause = TimeSpan.FromSeconds(2.5);

    [Fact]
    public async Task A_leader_that_stood_still_answers_nothing_that_is_no_longer_true()
    {
        await using var scenario = await FaultScenario.StartAsync(output);
        var leader = await scenario.Cluster.LeaderAsync();
        var paused = Stopwatch.GetTimestamp();
        leader.Pause();
        await scenario.WaitForOtherLeaderAsync(leader, scenario.Cluster.AllBut(leader));
        await scenario.Clients.GapAfterAsync(paused);
        await Eventually.BecomesTrueAsync(() => Stopwatch.GetElapsedTime(paused) >= LeaderPause, "the pause is over");
        leader.Resume();
        await scenario.AssertNothingIsWrongAsync();
    }

    [Fact]
    public async Task A_follower_that_stood_still_disturbs_nobody()
    {
        await using var scenario = await FaultScenario.StartAsync(output, settings: FaultScenario.CalmElections);
        var leader = await scenario.Cluster.LeaderAsync();
        var follower = scenario.Cluster.AllBut(leader)[0];
        var term = (await leader.Client.ClusterAsync()).Term;
        var paused = Stopwatch.GetTimestamp();
        follower.Pause();
        await Eventually.BecomesTrueAsync(() => Stopwatch.GetElapsedTime(paused) >= FollowerPause, "the pause is over");
        follower.Resume();
        await scenario.AssertNothingIsWrongAsync();
        Assert.Equal(term, (await leader.Client.ClusterAsync()).Term);
    }
}
