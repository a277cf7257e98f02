using System.Net;
using System.Security.Cryptography;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>Disks that are full, and have space again.</summary>
public sealed class DiskFullTests(ITestOutputHelper output)
{
    // Room for the journal and the checkpoint of what is written until the disk is full, and for the journal's reserve.
    private const int DiskMebibytes = 256;
    private static readonly string[] Settings =
    [
        "journal.checkpoint-interval=300ms", "journal.retry-interval=200ms",
        // As a node has them that is not under test.
        "journal.wal-bytes=16MiB", "journal.reserve-bytes=16MiB",
    ];

    [FactIfMayMount]
    public async Task A_node_alone_on_a_full_disk_refuses_writes_serves_reads_and_recovers_by_itself()
    {
        using var disk = new SmallDisk(DiskMebibytes);
        await using var cluster = await ClusterUnderTest.StartAsync(output, size: 1, Settings, _ => Path.Combine(disk.Path, "data"));
        var node = cluster.Nodes[0];
        Assert.True((await node.Client.SetAsync("before", "kept")).IsSuccess);

        var acknowledged = new List<string>();
        disk.Fill();
        var refused = await FillUntilRefusedAsync(node, acknowledged);
        Assert.Equal(HttpStatusCode.InsufficientStorage, refused.Status);
        Assert.Equal("disk_full", refused.Code);
        Assert.Contains("The journal takes no writes; reads go on.", node.Log, StringComparison.Ordinal);
        Assert.Equal("kept", (await node.Client.GetAsync("before")).Text);
        Assert.Equal("kept", (await node.Client.GetStaleAsync("before")).Text);

        disk.MakeSpace();
        await Eventually.BecomesTrueAsync(async () => (await node.Client.SetAsync("after", "x")).IsSuccess, "the node takes writes again");
        await node.WaitForLogAsync("The journal takes writes again");
        await AssertAllThereAsync(node, acknowledged);

        await node.KillAsync();
        node.Start();
        await node.WaitUntilReadyAsync();
        await AssertAllThereAsync(node, acknowledged);
    }

    [FactIfMayMount]
    public async Task A_leader_whose_disk_is_full_gives_way_to_one_that_takes_writes_and_has_its_part_again_when_there_is_space()
    {
        using var disk = new SmallDisk(DiskMebibytes);
        await using var scenario = await FaultScenario.StartAsync(
            output, settings: Settings, directoryOf: name => name == "host1" ? Path.Combine(disk.Path, "data") : null);
        var cramped = scenario.Cluster["host1"];

        // The first of the listed nodes is the first leader, unless the machine was very slow.
        Assert.Equal("host1", (await scenario.Cluster.LeaderAsync()).Name);
        disk.Fill();
        await scenario.Clients.WriteBallastUntilAsync(
            async () => cramped.Log.Contains("The journal takes no writes", StringComparison.Ordinal)
                && (await scenario.Cluster.Nodes[1].Client.ClusterAsync()).Leader is { } leader && leader != "host1",
            "another node leads");
        await scenario.Clients.WaitForMoreAsync(150);
        await scenario.Clients.AssertTakesWritesAsync(cramped);
        Assert.True((await cramped.Client.GetAsync("hot/1")).IsSuccess);

        disk.MakeSpace();
        await cramped.WaitForLogAsync("The journal takes writes again");
        await scenario.AssertNothingIsWrongAsync();
    }

    private static async Task<Answer> FillUntilRefusedAsync(NodeUnderTest node, List<string> acknowledged)
    {
        var value = RandomNumberGenerator.GetBytes(512 * 1024);
        for (var number = 0; number < 2 * DiskMebibytes; number++)
        {
            var answer = await node.Client.SetAsync($"ballast {number}", value);
            if (!answer.IsSuccess && answer.Code != "outcome_unknown")
            {
                return answer;
            }

            if (answer.IsSuccess)
            {
                acknowledged.Add($"ballast {number}");
            }
        }

        throw new InvalidOperationException("the disk did not fill up");
    }

    private static async Task AssertAllThereAsync(NodeUnderTest node, List<string> keys)
    {
        foreach (var key in keys)
        {
            Assert.Equal(512 * 1024, (await node.Client.GetAsync(key)).Body.Length);
        }
    }
}
