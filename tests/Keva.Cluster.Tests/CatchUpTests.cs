using System.Diagnostics;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>A node that was away for longer than the log reaches back.</summary>
public sealed class CatchUpTests(ITestOutputHelper output)
{
    private const int Keys = 30_000;
    private static readonly byte[] Value = "small value"u8.ToArray();

    [Fact]
    public async Task A_follower_that_missed_more_than_the_log_keeps_catches_up_by_snapshot_while_the_others_serve()
    {
        string[] settings = ["raft.retained-log-entries=1000", "raft.snapshot-chunk-bytes=64KiB", "journal.checkpoint-interval=500ms"];
        await using var cluster = await ClusterUnderTest.StartAsync(output, settings: settings);
        var leader = await cluster.LeaderAsync();
        var away = cluster.AllBut(leader)[0];
        Assert.True((await leader.Client.SetAsync("deleted meanwhile", "old")).IsSuccess);
        await away.KillAsync();

        var others = cluster.AllBut(away);
        var loading = Stopwatch.StartNew();
        await BulkLoad.RunAsync(others.Select(node => node.UserPort).ToArray(), connections: 128, Keys, Value);
        Assert.True((await leader.Client.DeleteAsync("deleted meanwhile")).IsSuccess);
        output.WriteLine($"{Keys} keys in {loading.Elapsed.TotalSeconds:f1} s");

        await using var load = new WriteLoad("meanwhile", others, writers: 4);
        var before = Stopwatch.GetTimestamp();
        away.Start();
        await away.WaitForLogAsync("Installed the snapshot of entry");
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                var picture = await leader.Client.ClusterAsync();
                return picture[away.Name].AppliedIndex >= Keys && picture[away.Name].Status == "up";
            },
            "the leader sees that the node has caught up");
        await away.WaitUntilReadyAsync();
        output.WriteLine($"caught up {Stopwatch.GetElapsedTime(before).TotalSeconds:f1} s after it was started");
        await load.WaitForMoreAsync(100);
        await load.StopAsync();
        output.WriteLine($"meanwhile {load.Acknowledged.Count} writes, the longest pause {load.LongestGapSince(before).TotalMilliseconds:f0} ms");

        Assert.Contains("Sending a snapshot", string.Concat(others.Select(node => node.Log)), StringComparison.Ordinal);
        Assert.Equal(0, load.Failures);
        for (var key = 0; key < Keys; key += Keys / 100)
        {
            Assert.Equal(Value, (await away.Client.GetStaleAsync(BulkLoad.KeyOf(key))).Body);
            Assert.Equal(Value, (await away.Client.GetAsync(BulkLoad.KeyOf(key))).Body);
        }

        Assert.Equal(System.Net.HttpStatusCode.NoContent, (await away.Client.GetStaleAsync("deleted meanwhile")).Status);
        await load.AssertAllThereAsync(away);
    }
}
