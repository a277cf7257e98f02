using System.Diagnostics;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>How soon the members' status tells what happened to them, and what it does not mistake for a failure.</summary>
[Collection(AloneOnTheMachine.Name)]
public sealed class DetectionTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FailureIsShown = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task A_pause_of_a_follower_changes_no_leader_and_a_killed_one_of_five_is_shown_as_failed_at_once()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, size: 5, FaultScenario.CalmElections);
        await cluster.Nodes.WaitForMembersAsync(cluster.Nodes, voters: 5);
        var leader = await cluster.LeaderAsync();
        var term = (await leader.Client.ClusterAsync()).Term;
        var follower = cluster.AllBut(leader)[0];

        follower.Pause();
        var paused = Stopwatch.GetTimestamp();
        await Eventually.BecomesTrueAsync(() => Stopwatch.GetElapsedTime(paused) >= Pause, "the pause is over");
        Assert.True((await leader.Client.SetAsync("in the pause", "x")).IsSuccess);
        follower.Resume();
        await cluster.Nodes.WaitForMembersAsync(cluster.Nodes, voters: 5);
        Assert.Equal("x", (await follower.Client.GetAsync("in the pause")).Text);
        var after = await follower.Client.ClusterAsync();
        Assert.Equal((term, leader.Name), (after.Term, after.Leader));

        await follower.KillAsync();
        var killed = Stopwatch.GetTimestamp();
        await Task.WhenAll(cluster.AllBut(follower).Select(node => node.WaitForStatusAsync(follower.Name, "failed")));
        var took = Stopwatch.GetElapsedTime(killed);
        output.WriteLine($"failed to all after {took.TotalMilliseconds:f0} ms");
        Assert.True(took <= FailureIsShown, $"it took {took.TotalSeconds:f1} s until all showed the failure");
        follower.Start();
        await cluster.Nodes.WaitForMembersAsync(cluster.Nodes, voters: 5);
    }
}
