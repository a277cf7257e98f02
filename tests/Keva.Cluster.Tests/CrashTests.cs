using System.Diagnostics;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>Nodes that die as by <c>kill -9</c> and are started again, while clients work.</summary>
[Collection(AloneOnTheMachine.Name)]
public sealed class CrashTests(ITestOutputHelper output)
{
    private static readonly TimeSpan FailoverLimit = TimeSpan.FromSeconds(1.5);

    // Little is kept of the log, so that who was away needs a snapshot.
    private static readonly string[] ShortLog = ["raft.retained-log-entries=100", "journal.checkpoint-interval=200ms"];

    [Theory]
    [InlineData(3, 2)]
    [InlineData(5, 1)]
    public async Task After_the_death_of_the_leader_writes_go_on_within_a_second_and_a_half_and_nothing_acknowledged_is_lost(int size, int rounds)
    {
        await using var scenario = await FaultScenario.StartAsync(output, size);
        var gaps = new List<TimeSpan>();
        for (var round = 0; round < rounds; round++)
        {
            var leader = await scenario.Cluster.LeaderAsync();
            var moment = Stopwatch.GetTimestamp();
            await leader.KillAsync();
            gaps.Add(await scenario.Clients.GapAfterAsync(moment));
            await scenario.Clients.WaitForMoreAsync(100);
            leader.Start();
            await leader.WaitUntilReadyAsync();
        }

        await scenario.AssertNothingIsWrongAsync();
        output.WriteLine($"failover: {string.Join(", ", gaps.Select(gap => $"{gap.TotalMilliseconds:f0} ms"))}");
        Assert.All(gaps, gap => Assert.True(gap <= FailoverLimit, $"writes stood still for {gap.TotalMilliseconds:f0} ms"));
    }

    [Fact]
    public async Task A_follower_that_dies_disturbs_nobody_and_catches_up()
    {
        await using var scenario = await FaultScenario.StartAsync(output, settings: [.. ShortLog, .. FaultScenario.CalmElections]);
        var leader = await scenario.Cluster.LeaderAsync();
        var follower = scenario.Cluster.AllBut(leader)[0];
        var term = (await leader.Client.ClusterAsync()).Term;
        await follower.KillAsync();
        await scenario.Clients.WaitForMoreAsync(1_000);
        follower.Start();

        await scenario.AssertNothingIsWrongAsync();
        Assert.Contains("Installed the snapshot of entry", follower.Log, StringComparison.Ordinal);
        Assert.Equal(term, (await leader.Client.ClusterAsync()).Term);
    }

    [Fact]
    public async Task After_the_death_of_all_at_once_everything_acknowledged_is_there()
    {
        await using var scenario = await FaultScenario.StartAsync(output, settings: ShortLog);
        await Task.WhenAll(scenario.Cluster.Nodes.Select(node => node.KillAsync()));
        scenario.Cluster.StartAll();
        await scenario.AssertNothingIsWrongAsync();
    }
}
