using System.Net;
using System.Text.Json;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>
/// The procedures of docs/OPERATIONS.md, as an operator does them. Others are tried elsewhere: a node is replaced in
/// <see cref="WipedNodeTests"/>, a disk is full in <see cref="DiskFullTests"/>, a majority is lost in
/// <see cref="ClusterRecoverTests"/>, a node joins in <see cref="JoinTests"/>, one stops in <see cref="StopTests"/>.
/// </summary>
public sealed class OperationsTests(ITestOutputHelper output)
{
    private const int Writers = 8;
    private const int WritesBetweenSteps = 100;
    private const int KeysBeforeTheCopy = 200;

    // So that part of what is restored is in the checkpoint only.
    private static readonly string[] ShortLog = ["raft.retained-log-entries=10", "journal.checkpoint-interval=100ms"];

    [Fact]
    public async Task A_rolling_restart_under_load_loses_no_acknowledged_write_and_costs_a_client_one_retry_for_each_node()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        await using var load = new WriteLoad("rolling", cluster.Nodes, Writers);
        var leader = await cluster.LeaderAsync();
        foreach (var node in cluster.AllBut(leader).Append(leader))
        {
            await WaitUntilOneMayStopAsync(cluster.AllBut(node)[0]);
            await load.WaitForMoreAsync(WritesBetweenSteps);
            Assert.Equal(0, (await node.StopAsync()).ExitCode);
            await load.WaitForMoreAsync(WritesBetweenSteps);
            node.Start();
            await node.WaitUntilReadyAsync();
            await WaitUntilOneMayStopAsync(node);
        }

        await load.WaitForMoreAsync(WritesBetweenSteps);
        await load.StopAsync();
        output.WriteLine($"{load.Acknowledged.Count} writes acknowledged, {load.Failures} attempts failed");
        foreach (var node in cluster.Nodes)
        {
            await load.AssertAllThereAsync(node);
        }

        // A client that fails goes on at the next node, so a node that stops fails each client once.
        Assert.InRange(load.Failures, 0, Writers * cluster.Nodes.Length);
    }

    [Fact]
    public async Task A_copy_of_a_stopped_node_makes_a_lost_cluster_again_with_all_that_was_there_when_it_was_made()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, settings: ShortLog);
        using var backup = new TemporaryDirectory();
        var copied = cluster.AllBut(await cluster.LeaderAsync())[0];
        var others = cluster.AllBut(copied);
        for (var i = 0; i < KeysBeforeTheCopy; i++)
        {
            Assert.True((await others[i % others.Length].Client.SetAsync(KeyOf(i), $"value {i}")).IsSuccess);
        }

        // The read waits until the node has all that was acknowledged before.
        await WaitUntilOneMayStopAsync(copied);
        Assert.Equal(4, (await copied.OperateAsync("kv", "get", "no such key")).ExitCode);
        Assert.Equal(0, (await copied.StopAsync()).ExitCode);
        CopyFiles(copied.DataDirectory, backup.Path);
        Assert.True((await others[0].Client.SetAsync("after the copy", "x")).IsSuccess);
        copied.Start();
        await copied.WaitUntilReadyAsync();
        Assert.True((await copied.Client.SetAsync(KeyOf(0), "changed after the copy")).IsSuccess);

        // All is lost but the copy.
        await Task.WhenAll(cluster.Nodes.Select(node => node.KillAsync()));
        foreach (var node in cluster.Nodes)
        {
            node.Wipe();
        }

        CopyFiles(backup.Path, Directory.CreateDirectory(copied.DataDirectory).FullName);
        var recovered = await KevaProcess.RunAsync("cluster", "recover", "--working-directory", copied.DataDirectory, "--yes");
        Assert.True(recovered.ExitCode == 0, recovered.Errors);
        Assert.Contains($"'{copied.Name}' belonged to the cluster", recovered.Output, StringComparison.Ordinal);
        copied.Start();
        await copied.WaitUntilReadyAsync();
        List<NodeUnderTest> members = [copied];
        foreach (var empty in others)
        {
            empty.Seeds = [copied.PeerAddress];
            empty.Start();
            members.Add(empty);
            await members.WaitForMembersAsync(members, voters: members.Count);
            await empty.WaitUntilReadyAsync();
        }

        foreach (var node in cluster.Nodes)
        {
            for (var i = 0; i < KeysBeforeTheCopy; i++)
            {
                Assert.Equal($"value {i}", (await node.Client.GetAsync(KeyOf(i))).Text);
            }

            Assert.Equal(HttpStatusCode.NoContent, (await node.Client.GetAsync("after the copy")).Status);
            Assert.True((await node.Client.SetAsync($"by {node.Name}", "restored")).IsSuccess);
        }

        await WaitUntilOneMayStopAsync(copied);
    }

    /// <summary>What the page says to wait for before a node is stopped.</summary>
    private static Task WaitUntilOneMayStopAsync(NodeUnderTest asked) =>
        Eventually.BecomesTrueAsync(
            async () =>
            {
                var shown = await asked.OperateAsync("cluster", "status", "--format", "json");
                if (shown.ExitCode != 0)
                {
                    return false;
                }

                using var status = JsonDocument.Parse(shown.Output);
                return status.RootElement.GetProperty("quorum").GetProperty("survives").GetInt32() >= 1
                    && status.RootElement.GetProperty("members").EnumerateArray().All(member => member.GetProperty("ready").ValueKind == JsonValueKind.True)
                    && status.RootElement.GetProperty("advice")[0].GetString()!.StartsWith("safe:", StringComparison.Ordinal);
            },
            $"{asked.Name} says that one node may stop",
            pause: Eventually.BetweenPrograms);

    private static void CopyFiles(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    private static string KeyOf(int number) => $"key/{number}";
}
