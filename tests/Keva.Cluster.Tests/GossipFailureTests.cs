using System.Diagnostics;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>What the gossip of real processes takes for a failure, and how soon.</summary>
[Collection(AloneOnTheMachine.Name)]
public sealed class GossipFailureTests(ITestOutputHelper output)
{
    /// <summary>Six seconds is the aim on a machine that does nothing else; this one may run other tests.</summary>
    private static readonly TimeSpan FailureIsKnown = TimeSpan.FromSeconds(12);

    /// <summary>After the node goes on: the suspicion began a second after it stopped, and lasts three.</summary>
    private static readonly TimeSpan VerdictWouldHaveFallen = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_killed_node_of_five_is_failed_to_all_others_and_one_that_stood_still_for_two_seconds_is_not()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, size: 5);
        foreach (var node in cluster.Nodes)
        {
            foreach (var other in cluster.AllBut(node))
            {
                await node.WaitForLogAsync($"Gossip: {other.Name} at ");
            }
        }

        var paused = cluster.Nodes[1];
        paused.Pause();
        await Task.Delay(TimeSpan.FromSeconds(2));
        paused.Resume();
        await Task.Delay(VerdictWouldHaveFallen);
        Assert.All(cluster.Nodes, node => Assert.DoesNotContain("has failed", node.Log, StringComparison.Ordinal));

        var victim = cluster.Nodes[2];
        await victim.KillAsync();
        var watch = Stopwatch.StartNew();
        foreach (var node in cluster.AllBut(victim))
        {
            await node.WaitForLogAsync($"Gossip: {victim.Name} at 127.0.0.1:{victim.PeerPort} has failed", FailureIsKnown);
        }

        output.WriteLine($"failed to all after {watch.Elapsed}");
        victim.Start();
        foreach (var node in cluster.AllBut(victim))
        {
            await Eventually.BecomesTrueAsync(
                () => node.Log.Split($"Gossip: {victim.Name} at 127.0.0.1:{victim.PeerPort} is there").Length == 3, $"{node.Name} sees that {victim.Name} is back");
        }
    }
}
