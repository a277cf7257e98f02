using System.Net;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>Nodes that are not, or no longer, those that the cluster knows.</summary>
public sealed class StrangeNodeTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_node_whose_directory_was_emptied_neither_votes_nor_serves_and_says_why()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, settings: ["http.leader-wait=500ms", "http.request-timeout=1s"]);
        var wiped = cluster.AllBut(await cluster.LeaderAsync())[0];
        var others = cluster.AllBut(wiped);
        Assert.True((await wiped.Client.SetAsync("before", "x")).IsSuccess);
        await wiped.KillAsync();
        Directory.Delete(wiped.DataDirectory, recursive: true);

        wiped.Start();
        await wiped.WaitForLogAsync("it was wiped or replaced");
        var answer = await Eventually.ResultOfAsync(
            async () => await wiped.Client.SetAsync("through the wiped node", "x") is { } refused && refused.Text.Contains("wiped", StringComparison.Ordinal) ? refused : null,
            "the wiped node says so to its users");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Equal("joining", answer.Code);
        Assert.Equal("joining", (await wiped.Client.GetStaleAsync("before")).Code);
        var ready = await wiped.Client.SendAsync(HttpMethod.Get, "/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.Status);
        Assert.Contains("wiped", ready.Text, StringComparison.Ordinal);

        Assert.True((await others[0].Client.SetAsync("after", "y")).IsSuccess);
        Assert.Equal("y", (await others[1].Client.GetAsync("after")).Text);

        // With one of the two gone, the wiped one must not help the last to a majority.
        await others[1].KillAsync();
        await Eventually.BecomesTrueAsync(
            async () => (await others[0].Client.SetAsync("alone", "z")).Code == "no_leader", "the last of the old members has no majority");
        Assert.Null((await others[0].Client.ClusterAsync()).Leader);
        others[1].Start();
        await Eventually.BecomesTrueAsync(async () => (await others[0].Client.SetAsync("again", "z")).IsSuccess, "the two old members go on");
    }

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
