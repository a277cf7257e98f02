using System.Text.Json;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary><c>keva cluster recover</c>: a majority is lost for good, and the cluster goes on from a survivor.</summary>
public sealed class ClusterRecoverTests(ITestOutputHelper output)
{
    private const int Writes = 100;

    // So that part of what is recovered is in the checkpoint only.
    private static readonly string[] ShortLog = ["raft.retained-log-entries=10", "journal.checkpoint-interval=100ms"];

    [Fact]
    public async Task A_survivor_serves_alone_all_that_it_acknowledged_no_old_node_gets_in_and_an_emptied_one_joins()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, settings: ShortLog);
        var survivor = cluster.AllBut(await cluster.LeaderAsync())[0];
        var (old, wiped) = (cluster.AllBut(survivor)[0], cluster.AllBut(survivor)[1]);
        for (var i = 0; i < Writes; i++)
        {
            Assert.True((await survivor.Client.SetAsync(KeyOf(i), $"value {i}")).IsSuccess);
        }

        var inUse = await RecoverAsync(survivor, "--yes");
        Assert.Equal(1, inUse.ExitCode);
        Assert.Contains("is in use by another process", Assert.Single(inUse.ErrorLines), StringComparison.Ordinal);

        using var kept = new TemporaryDirectory();
        await Task.WhenAll(old.KillAsync(), wiped.KillAsync());
        CopyFiles(old.DataDirectory, kept.Path);
        Directory.Delete(old.DataDirectory, recursive: true);
        Directory.Delete(wiped.DataDirectory, recursive: true);
        await survivor.StopAsync();

        var before = await LookAsync(survivor);
        Assert.Equal(3, before.GetProperty("members").GetArrayLength());
        var recovered = await RecoverAsync(survivor, "--yes", "--format", "json");
        Assert.Equal(0, recovered.ExitCode);
        var newCluster = JsonDocument.Parse(recovered.Output).RootElement.GetProperty("new_cluster").GetString();
        Assert.NotEqual(before.GetProperty("cluster").GetString(), newCluster);

        survivor.Start();
        await survivor.WaitUntilReadyAsync();
        await AssertServesAloneAsync(survivor);

        // With its memory of the old cluster.
        var term = (await survivor.Client.ClusterAsync()).Term;
        CopyFiles(kept.Path, Directory.CreateDirectory(old.DataDirectory).FullName);
        old.Start();
        await old.WaitForLogAsync("other cluster of the same name");
        await survivor.WaitForLogAsync("other cluster of the same name");
        await AssertServesAloneAsync(survivor);
        Assert.Equal(term, (await survivor.Client.ClusterAsync()).Term);
        Assert.Null((await old.Client.ClusterAsync()).Leader);

        await survivor.StopAsync();
        var after = await LookAsync(survivor);
        Assert.Equal(newCluster, after.GetProperty("cluster").GetString());
        Assert.Equal(1, after.GetProperty("members").GetArrayLength());

        survivor.Start();
        await survivor.WaitUntilReadyAsync();
        await AssertServesAloneAsync(survivor);

        // With no memory at all, and away from those of the old cluster.
        await old.KillAsync();
        wiped.Seeds = [survivor.PeerAddress];
        wiped.Start();
        NodeUnderTest[] both = [survivor, wiped];
        await both.WaitForMembersAsync(both, voters: 2);
        Assert.Equal("value 0", (await wiped.Client.GetAsync(KeyOf(0))).Text);
    }

    [Fact]
    public async Task Without_yes_it_shows_what_there_is_and_what_may_be_lost_and_changes_nothing()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        foreach (var node in cluster.Nodes)
        {
            Assert.True((await node.Client.SetAsync(KeyOf(1), "value")).IsSuccess);
        }

        // One of them dies, and leaves its files as they were at that moment.
        await cluster.Nodes[0].KillAsync();
        await Task.WhenAll(cluster.Nodes[1].StopAsync(), cluster.Nodes[2].StopAsync());
        foreach (var node in cluster.Nodes)
        {
            var shown = await RecoverAsync(node);
            Assert.Equal(2, shown.ExitCode);
            Assert.Equal("keva: nothing was changed; to recover the cluster from this node, give the same command with --yes", Assert.Single(shown.ErrorLines));
            Assert.All(["host1", "host2", "host3", "last term", "last index", "are lost", "voter"], word => Assert.Contains(word, shown.Output, StringComparison.Ordinal));
        }

        cluster.StartAll();
        await cluster.WaitUntilReadyAsync();
        Assert.Equal(3, (await cluster.Nodes[0].Client.ClusterAsync()).Members.Count);
        Assert.True((await cluster.Nodes[0].Client.SetAsync(KeyOf(2), "value")).IsSuccess);
    }

    [Fact]
    public async Task A_directory_that_is_none_of_a_node_and_a_command_without_one_are_refused()
    {
        using var directory = new TemporaryDirectory();
        var none = await KevaProcess.RunAsync("cluster", "recover", "--working-directory", directory.Path, "--yes");
        Assert.Equal(1, none.ExitCode);
        Assert.Contains("there is no node.json in it", Assert.Single(none.ErrorLines), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));

        var missing = await KevaProcess.RunAsync("cluster", "recover", "--yes");
        Assert.Equal(2, missing.ExitCode);
        Assert.Contains("--working-directory", Assert.Single(missing.ErrorLines), StringComparison.Ordinal);
    }

    private static async Task AssertServesAloneAsync(NodeUnderTest survivor)
    {
        for (var i = 0; i < Writes; i++)
        {
            Assert.Equal($"value {i}", (await survivor.Client.GetAsync(KeyOf(i))).Text);
        }

        Assert.True((await survivor.Client.SetAsync("after", "recovery")).IsSuccess);
        var picture = await survivor.Client.ClusterAsync();
        Assert.Equal(survivor.Name, picture.Leader);
        Assert.Equal(survivor.Name, Assert.Single(picture.Members).Name);
    }

    private static async Task<JsonElement> LookAsync(NodeUnderTest node)
    {
        var shown = await RecoverAsync(node, "--format", "json");
        Assert.Equal(2, shown.ExitCode);
        using var document = JsonDocument.Parse(shown.Output);
        Assert.False(document.RootElement.GetProperty("recovered").GetBoolean());
        return document.RootElement.Clone();
    }

    private static Task<ProgramResult> RecoverAsync(NodeUnderTest node, params string[] more) =>
        KevaProcess.RunAsync(["cluster", "recover", "--working-directory", node.DataDirectory, .. more]);

    private static void CopyFiles(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        }
    }

    private static string KeyOf(int number) => $"key/{number}";
}
