using System.Diagnostics;
using System.Globalization;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>The leader dies while clients write.</summary>
public sealed class FailoverTests(ITestOutputHelper output)
{
    private const int Rounds = 3;
    private static readonly TimeSpan FailoverLimit = TimeSpan.FromSeconds(1.5);

    [Fact]
    public async Task After_kill_9_of_the_leader_nothing_acknowledged_is_lost_and_writes_go_on_within_a_second_and_a_half()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        await using var load = new WriteLoad("failover", cluster.Nodes);
        var gaps = new List<TimeSpan>();
        for (var round = 0; round < Rounds; round++)
        {
            await load.WaitForMoreAsync(200);
            var leader = await cluster.LeaderAsync();
            var moment = Stopwatch.GetTimestamp();
            await leader.KillAsync();
            gaps.Add(await load.GapAfterAsync(moment));
            await load.WaitForMoreAsync(200);
            leader.Start();
            await leader.WaitUntilReadyAsync();
        }

        await load.StopAsync();
        output.WriteLine($"failover: {string.Join(", ", gaps.Select(gap => gap.TotalMilliseconds.ToString("f0", CultureInfo.InvariantCulture)))} ms; {load.Acknowledged.Count} writes acknowledged, {load.Failures} attempts failed");
        foreach (var node in cluster.Nodes)
        {
            await load.AssertAllThereAsync(node);
        }

        load.AssertRevisionsFollowTime();
        Assert.All(gaps, gap => Assert.True(gap <= FailoverLimit, $"writes stood still for {gap.TotalMilliseconds:f0} ms"));
    }
}
