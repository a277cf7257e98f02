using System.Diagnostics;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>A leader that stands still for a while and then goes on as if nothing had happened.</summary>
public sealed class PausedLeaderTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task No_read_is_ever_older_than_what_was_acknowledged_before_it_began_and_writes_go_on_meanwhile()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        var leader = await cluster.LeaderAsync();
        await using var load = new RegisterLoad(cluster.Nodes, registers: 4, readersOfEach: 3);
        await load.WaitForMoreAsync(writes: 200, reads: 400);

        leader.Pause();
        var paused = Stopwatch.GetTimestamp();
        var others = cluster.AllBut(leader);
        await Eventually.BecomesTrueAsync(
            async () => (await others[0].Client.ClusterAsync()).Leader is { } other && other != leader.Name, "another node leads");
        var newLeaderAfter = Stopwatch.GetElapsedTime(paused);
        await Eventually.BecomesTrueAsync(() => Stopwatch.GetElapsedTime(paused) >= Pause, "the pause is over");
        var writesMeanwhile = load.WritesSince(paused);
        leader.Resume();

        await load.WaitForMoreAsync(writes: 200, reads: 400);
        await leader.WaitUntilReadyAsync();
        await load.StopAsync();
        output.WriteLine($"{load}; another led after {newLeaderAfter.TotalMilliseconds:f0} ms, {writesMeanwhile} writes while the old leader stood still");
        Assert.True(writesMeanwhile > 0, "writes go on through the others");
        load.AssertNoStaleRead();
    }
}
