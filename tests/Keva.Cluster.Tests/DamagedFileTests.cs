using System.Text;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>Bytes that are not as they were written.</summary>
public sealed class DamagedFileTests(ITestOutputHelper output)
{
    private const int Keys = 3_000;
    private const string Needle = "a value that can be found in a file";

    [Fact]
    public async Task A_node_with_a_damaged_file_refuses_to_start_and_says_where_and_what_to_do()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, settings: ["journal.checkpoint-interval=200ms"]);
        var damaged = cluster.AllBut(await cluster.LeaderAsync())[0];
        var others = cluster.AllBut(damaged);
        await BulkLoad.RunAsync(others.Select(node => node.UserPort).ToArray(), connections: 16, Keys, Encoding.ASCII.GetBytes(Needle));
        Assert.Equal(Needle, (await damaged.Client.GetAsync(BulkLoad.KeyOf(Keys - 1))).Text);

        // An orderly stop leaves everything in the main file.
        Assert.Equal(0, (await damaged.StopAsync()).ExitCode);
        foreach (var name in new[] { "journal.db", "checkpoint.db" })
        {
            var file = Path.Combine(damaged.DataDirectory, name);
            var whole = await File.ReadAllBytesAsync(file);
            foreach (var damage in new Action<byte[]>[] { FlipByteInValue, OverwritePage })
            {
                var bytes = whole.ToArray();
                damage(bytes);
                await File.WriteAllBytesAsync(file, bytes);
                await RefusesToStartAsync(damaged, file);
            }

            await File.WriteAllBytesAsync(file, whole);
        }

        foreach (var node in others)
        {
            Assert.True((await node.Client.SetAsync("after " + node.Name, "x")).IsSuccess);
            Assert.Equal(Needle, (await node.Client.GetAsync(BulkLoad.KeyOf(0))).Text);
        }

        // With its files as they were it is as before.
        damaged.Start();
        await damaged.WaitUntilReadyAsync();
        Assert.Equal("x", (await damaged.Client.GetAsync("after " + others[0].Name)).Text);
    }

    [Theory]
    [InlineData("node.json")]
    [InlineData("journal.db")]
    public async Task A_node_that_lacks_a_file_refuses_to_start_and_says_which(string name)
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, size: 2);
        var node = cluster.Nodes[1];
        await node.StopAsync();
        var file = Path.Combine(node.DataDirectory, name);
        File.Delete(file);
        node.Start();
        var end = await node.Process.WaitForEndAsync();
        Assert.Equal(1, end.ExitCode);
        Assert.Contains(file, Assert.Single(end.ErrorLines), StringComparison.Ordinal);
    }

    private async Task RefusesToStartAsync(NodeUnderTest node, string file)
    {
        node.Start();
        var end = await node.Process.WaitForEndAsync();
        Assert.Equal(1, end.ExitCode);
        var said = Assert.Single(end.ErrorLines, line => line.StartsWith("keva: ", StringComparison.Ordinal));
        output.WriteLine(said);
        Assert.Contains(file, said, StringComparison.Ordinal);
        Assert.Contains("Check the disk", said, StringComparison.Ordinal);
        Assert.Single(end.ErrorLines, line => line.Contains("   at ", StringComparison.Ordinal));
    }

    private static void OverwritePage(byte[] bytes)
    {
        const int PageSize = 4096;
        var page = bytes.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes(Needle)) / PageSize;
        bytes.AsSpan(page * PageSize, PageSize).Fill(0xA5);
    }

    private static void FlipByteInValue(byte[] bytes)
    {
        var at = bytes.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes(Needle));
        Assert.True(at >= 0, "the values are in the file");
        bytes[at + 5] ^= 0x20;
    }
}
