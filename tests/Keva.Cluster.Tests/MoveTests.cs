using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>Nodes that come back at another address: what they are is on their disk, not where they are.</summary>
public sealed class MoveTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_cluster_whose_nodes_have_all_moved_is_up_again_with_its_data()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        Assert.True((await cluster.Nodes[0].Client.SetAsync("kept", "x")).IsSuccess);
        var ids = IdsOf(await cluster.Nodes[0].Client.ClusterAsync());
        await Task.WhenAll(cluster.Nodes.Select(node => node.StopAsync()));
        foreach (var node in cluster.Nodes)
        {
            node.TakeOtherPorts();
        }

        cluster.WriteConfiguration();
        cluster.StartAll();
        await cluster.WaitUntilReadyAsync();
        await WaitUntilAllShowWhereAllAreAsync(cluster);
        Assert.Equal(ids, IdsOf(await cluster.Nodes[0].Client.ClusterAsync()));
        foreach (var node in cluster.Nodes)
        {
            Assert.Equal("x", (await node.Client.GetAsync("kept")).Text);
        }

        // One alone, while the others go on with what the file said before; and again, so that it moves while it is known.
        var moved = cluster.AllBut(await cluster.LeaderAsync())[0];
        var before = moved.PeerAddress;
        for (var round = 0; round < 2; round++)
        {
            await moved.StopAsync();
            moved.TakeOtherPorts();
            cluster.WriteConfiguration();
            moved.Start();
            await moved.WaitUntilReadyAsync();
            output.WriteLine($"all show where it is after {await WaitUntilAllShowWhereAllAreAsync(cluster)}");
        }

        // To gossip there are two of its name until the one that is gone has failed; the one that is there outlives that.
        await cluster.AllBut(moved)[0].WaitForLogAsync($"Gossip: {moved.Name} at {before} has failed");
        Assert.True(moved.IsRunning, moved.Log);

        // It takes part: without it, there is no majority.
        await cluster.AllBut(moved)[0].KillAsync();
        await Eventually.BecomesTrueAsync(async () => (await moved.Client.SetAsync("by two", "y")).IsSuccess, "the moved node and one other are a majority");
        Assert.Equal("y", (await cluster.AllBut(moved)[1].Client.GetAsync("by two")).Text);
    }

    private static IEnumerable<string> IdsOf(ClusterPicture picture) => picture.Members.Select(member => member.Id);

    private static async Task<TimeSpan> WaitUntilAllShowWhereAllAreAsync(ClusterUnderTest cluster)
    {
        var took = await cluster.Nodes.WaitForMembersAsync(cluster.Nodes, voters: cluster.Nodes.Length);
        foreach (var node in cluster.Nodes)
        {
            await Eventually.BecomesTrueAsync(
                async () =>
                {
                    var picture = await node.Client.ClusterAsync();
                    return cluster.Nodes.All(other => picture[other.Name].KevaAddress == other.PeerAddress);
                },
                $"{node.Name} shows where all nodes are");
        }

        return took;
    }
}
