using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>Nodes that are none of the cluster's.</summary>
public sealed class StrangeNodeTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_node_of_another_cluster_is_refused_and_told_why()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, size: 2);
        using var directory = new TemporaryDirectory();
        var file = directory.WriteFile(
            "keva.toml",
            "[cluster]\nname='other'\n" + File.ReadAllText(cluster.ConfigFile)
                + $"[[node]]\nidentity='stranger'\naddress='127.0.0.1'\nkeva_port={FreePorts.Next()}\nuser_port={FreePorts.Next()}\n");
        await using var stranger = KevaProcess.Start(
            ["start", "--config-file", file, "--node-identity", "stranger", "--working-directory", directory.Sub("data")]);
        await Eventually.BecomesTrueAsync(
            () => stranger.Errors.Contains("refused by", StringComparison.Ordinal)
                && stranger.Errors.Contains("'keva'", StringComparison.Ordinal)
                && stranger.Errors.Contains("'other'", StringComparison.Ordinal),
            "the stranger hears why it is refused");
        await cluster.Nodes[0].WaitForLogAsync("Closed a connection from");
        Assert.True((await cluster.Nodes[0].Client.SetAsync("a", "b")).IsSuccess);
        Assert.Equal(2, (await cluster.Nodes[0].Client.ClusterAsync()).Members.Count);
    }
}
