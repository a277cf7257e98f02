using System.Diagnostics;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>Nodes that are told to stop.</summary>
[Collection(AloneOnTheMachine.Name)]
public sealed class StopTests(ITestOutputHelper output)
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HandoverLimit = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_leader_that_is_told_to_stop_hands_over_and_writers_hardly_notice()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        var leader = await cluster.LeaderAsync();
        var others = cluster.AllBut(leader);
        await using var load = new WriteLoad("handover", others);
        await load.WaitForMoreAsync(200);

        var moment = Stopwatch.GetTimestamp();
        var end = await leader.StopAsync();
        var took = Stopwatch.GetElapsedTime(moment);
        await load.WaitForMoreAsync(200);
        await load.StopAsync();
        var gap = load.LongestGapSince(moment);
        output.WriteLine($"stopped in {took.TotalMilliseconds:f0} ms; the longest pause in writes was {gap.TotalMilliseconds:f0} ms; {load.Failures} attempts failed");

        Assert.Equal(0, end.ExitCode);
        Assert.True(took <= StopLimit, $"stopping took {took.TotalSeconds:f1} s");
        Assert.Equal(0, load.Failures);
        Assert.True(gap <= HandoverLimit, $"writes stood still for {gap.TotalMilliseconds:f0} ms");
        Assert.EndsWith("Stopped", end.Errors.TrimEnd(), StringComparison.Ordinal);
        foreach (var node in others)
        {
            await load.AssertAllThereAsync(node);
        }

        // It stays a member, and comes back as one.
        leader.Start();
        await leader.WaitUntilReadyAsync();
        await load.AssertAllThereAsync(leader);
    }

    [Fact]
    public async Task Clients_of_a_node_that_stops_lose_nothing_that_it_acknowledged()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        var leader = await cluster.LeaderAsync();
        await using var load = new WriteLoad("on all", cluster.Nodes);
        await load.WaitForMoreAsync(200);
        Assert.Equal(0, (await leader.StopAsync()).ExitCode);
        await load.WaitForMoreAsync(200);
        await load.StopAsync();
        load.AssertRevisionsFollowTime();
        await load.AssertAllThereAsync(cluster.AllBut(leader)[0]);
    }

    [Fact]
    public async Task A_second_signal_stops_at_once()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, size: 2);
        var (staying, leaving) = (cluster.Nodes[0], cluster.Nodes[1]);

        // With the other one standing still there is nobody to hand over to, and nothing that waits can finish.
        staying.Pause();
        var pending = leaving.Client.SetAsync("never finished", "x");
        leaving.Process.Send(UnixSignal.Interrupt);
        await leaving.WaitForLogAsync("Stopping");
        var moment = Stopwatch.GetTimestamp();
        leaving.Process.Send(UnixSignal.Interrupt);
        await leaving.Process.WaitForEndAsync();
        var took = Stopwatch.GetElapsedTime(moment);
        staying.Resume();
        await Task.WhenAny(pending);
        Assert.True(took < TimeSpan.FromSeconds(1), $"it took {took.TotalSeconds:f1} s");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task All_nodes_stop_when_all_are_told_to(int size)
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, size);
        var moment = Stopwatch.GetTimestamp();
        var ends = await Task.WhenAll(cluster.Nodes.Select(node => node.StopAsync()));
        Assert.All(ends, end => Assert.Equal(0, end.ExitCode));
        Assert.True(Stopwatch.GetElapsedTime(moment) <= StopLimit, $"stopping took {Stopwatch.GetElapsedTime(moment).TotalSeconds:f1} s");
    }

    [Fact]
    public async Task A_node_that_waits_for_others_stops_when_it_is_told_to()
    {
        await using var cluster = new ClusterUnderTest(output);
        var lonely = cluster.Nodes[0];
        lonely.Start();
        await Eventually.BecomesTrueAsync(async () => (await lonely.Client.GetAsync("a")).Code == "joining", "the node answers");
        var end = await lonely.StopAsync();
        Assert.Equal(0, end.ExitCode);
    }
}
