using System.Diagnostics;
using Keva.Cluster.Tests.Harness;
using Keva.Cluster.Tests.Harness.History;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>Members that come and go while clients work.</summary>
[Collection(AloneOnTheMachine.Name)]
public sealed class GrowAndShrinkTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_cluster_that_grows_from_three_to_five_and_shrinks_again_with_its_leader_loses_nothing_and_fails_nobody()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, settings: FaultScenario.CalmElections);
        var founders = cluster.Nodes;
        NodeUnderTest[] joiners = [cluster.Add("new1", founders[0]), cluster.Add("new2", founders[1])];
        await using var clients = new RecordedClients(cluster.Nodes);
        clients.Use(founders);
        await clients.WaitForMoreAsync(100);

        foreach (var joiner in joiners)
        {
            joiner.Start();
        }

        await cluster.Nodes.WaitForMembersAsync(cluster.Nodes, voters: 5);
        await cluster.WaitUntilReadyAsync();
        clients.Use(cluster.Nodes);
        await clients.WaitForMoreAsync(200);
        output.WriteLine($"grown; {clients.MostFailuresInARow} failures in a row");

        // The leader of the five, and the one that follows it.
        for (var left = 5; left > 3; left--)
        {
            var leader = await cluster.LeaderAsync();
            var moment = Stopwatch.GetTimestamp();
            var leave = await leader.OperateAsync("cluster", "leave");
            Assert.True(leave.ExitCode == 0, leave.Errors);
            var rest = cluster.Running.Where(node => node != leader).ToArray();
            clients.Use(rest);
            Assert.Equal(0, (await leader.Process.WaitForEndAsync()).ExitCode);
            await rest.WaitForMembersAsync(rest, voters: left - 1);
            await clients.WaitForMoreAsync(200);
            var gap = clients.LongestGapSince(moment);
            output.WriteLine($"{leader.Name} left; {clients.MostFailuresInARow} failures in a row; writes stood still for {gap.TotalMilliseconds:f0} ms");
        }

        await clients.StopAsync();
        await clients.WaitUntilAllShowTheSameAsync();
        clients.History.AssertStrictlySerializable();
        output.WriteLine(clients.History.ToString());
        Assert.True(clients.MostFailuresInARow <= 1, $"{clients.MostFailuresInARow} requests of one client failed in a row");
    }
}
