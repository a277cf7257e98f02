using Keva.Cluster.Tests.Harness;
using Keva.Cluster.Tests.Harness.History;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>Members that come and go while clients work.</summary>
public sealed class GrowAndShrinkTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_cluster_that_grows_from_three_to_five_and_shrinks_again_with_its_leader_loses_nothing_and_fails_nobody()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, settings: FaultScenario.CalmElections);
        var founders = cluster.Nodes;
        NodeUnderTest[] joiners = [cluster.Add("new1", founders[0]), cluster.Add("new2", founders[1])];
        await using var clients = new RecordedClients(cluster.Nodes);
        await using var load = new WriteLoad("members", founders, writers: 4);
        await load.WaitForMoreAsync(100);

        foreach (var joiner in joiners)
        {
            joiner.Start();
        }

        await cluster.Nodes.WaitForMembersAsync(cluster.Nodes, voters: 5);
        foreach (var joiner in joiners)
        {
            await joiner.WaitUntilReadyAsync();
        }

        load.Use(cluster.Nodes);
        await load.WaitForMoreAsync(200);
        Assert.Equal(1, load.MostAttempts);

        // The leader of the five, and the one that follows it.
        for (var left = 5; left > 3; left--)
        {
            var leader = await cluster.LeaderAsync();
            var leave = await leader.OperateAsync("cluster", "leave");
            Assert.True(leave.ExitCode == 0, leave.Errors);
            load.Use([.. cluster.Nodes.Where(node => node != leader && node.IsRunning)]);
            Assert.Equal(0, (await leader.Process.WaitForEndAsync()).ExitCode);
            var rest = cluster.Running.ToArray();
            await rest.WaitForMembersAsync(rest, voters: left - 1);
            await load.WaitForMoreAsync(200);
        }

        await clients.WaitForMoreAsync(200);
        await clients.StopAsync();
        await load.StopAsync();
        clients.History.AssertStrictlySerializable();
        load.AssertRevisionsFollowTime();
        output.WriteLine($"{clients.History}; {load.Acknowledged.Count} writes, {load.Failures} of them tried again");
        Assert.True(load.MostAttempts <= 2, $"a write was tried {load.MostAttempts} times");
        foreach (var node in cluster.Running)
        {
            await load.AssertAllThereAsync(node);
        }
    }
}
