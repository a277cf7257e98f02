using System.Diagnostics;
using System.Text;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>Nodes that come back to what they had.</summary>
[Collection(AloneOnTheMachine.Name)]
public sealed class RestartTests(ITestOutputHelper output)
{
    private const int ManyKeys = 200_000;

    // A million keys may take five seconds; starting the program at all is in both.
    private static readonly TimeSpan RestartLimit = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task After_kill_9_of_all_nodes_under_load_everything_acknowledged_is_there_and_revisions_go_on()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, settings: ["journal.checkpoint-interval=200ms"]);
        await using var load = new WriteLoad("before", cluster.Nodes, writers: 32);
        await load.WaitForMoreAsync(5_000);
        await Task.WhenAll(cluster.Nodes.Select(node => node.KillAsync()));
        await load.StopAsync();

        cluster.StartAll();
        await cluster.WaitUntilReadyAsync();
        foreach (var node in cluster.Nodes)
        {
            await load.AssertAllThereAsync(node);
        }

        var highest = load.Acknowledged.Max(write => write.Revision);
        var next = await cluster.Nodes[2].Client.SetAsync("after", "x");
        Assert.True(next.Revision > highest, $"revision {next.Revision} after {highest} was acknowledged");
        load.AssertRevisionsFollowTime();
        output.WriteLine($"{load.Acknowledged.Count} writes acknowledged before the nodes were killed");
    }

    [Fact]
    public async Task A_node_that_comes_back_is_dialled_at_once_however_long_the_others_would_wait_before_they_try()
    {
        string[] settings = ["transport.reconnect-backoff-min=1m", "transport.reconnect-backoff-max=1m"];
        await using var cluster = new ClusterUnderTest(output, size: 2, settings);
        var (first, second) = (cluster.Nodes[0], cluster.Nodes[1]);
        first.Start();
        await Eventually.BecomesTrueAsync(async () => (await first.Client.GetAsync("a")).Code == "joining", "the first node has loaded");
        second.Start();
        await cluster.WaitUntilReadyAsync();

        await second.KillAsync();
        await Eventually.BecomesTrueAsync(async () => (await first.Client.ClusterAsync())["host2"].Status == "failed", "the first node misses the second");
        second.Start();
        await cluster.WaitUntilReadyAsync();
        Assert.True((await second.Client.SetAsync("a", "b")).IsSuccess);
    }

    [Fact]
    public async Task A_node_with_many_keys_is_ready_again_within_seconds()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, size: 1);
        var node = cluster.Nodes[0];
        var loading = Stopwatch.StartNew();
        await BulkLoad.RunAsync([node.UserPort], connections: 64, ManyKeys, Encoding.ASCII.GetBytes(new string('v', 100)));
        output.WriteLine($"{ManyKeys} keys in {loading.Elapsed.TotalSeconds:f1} s");
        await node.KillAsync();

        var restart = Stopwatch.StartNew();
        node.Start();
        await node.WaitUntilReadyAsync();
        var used = node.Process.ProcessorTime;
        output.WriteLine($"ready after {restart.Elapsed.TotalMilliseconds:f0} ms and {used.TotalMilliseconds:f0} ms of processor time");
        Assert.Equal(100, (await node.Client.GetAsync(BulkLoad.KeyOf(0))).Body.Length);
        Assert.Equal(100, (await node.Client.GetAsync(BulkLoad.KeyOf(ManyKeys - 1))).Body.Length);
        Assert.True(used <= RestartLimit, $"a restart with {ManyKeys} keys took {used.TotalSeconds:f1} s of processor time");
    }
}
