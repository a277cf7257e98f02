using System.Diagnostics;
using System.Globalization;
using System.Net;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>Fewer nodes than a majority.</summary>
[Collection(AloneOnTheMachine.Name)]
public sealed class MinorityTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_lone_survivor_refuses_writes_and_serves_stale_reads_until_a_second_node_is_back()
    {
        string[] settings = ["http.leader-wait=1s", "http.request-timeout=2s"];
        await using var cluster = await ClusterUnderTest.StartAsync(output, settings: settings);
        var leader = await cluster.LeaderAsync();
        Assert.True((await leader.Client.SetAsync("before", "kept")).IsSuccess);

        // The last leader survives: it must notice that it no longer leads.
        var gone = cluster.AllBut(leader);
        await Task.WhenAll(gone.Select(node => node.KillAsync()));
        await Eventually.BecomesTrueAsync(async () => (await leader.Client.ClusterAsync()).Leader is null, "the survivor has stepped down");

        var asked = Stopwatch.GetTimestamp();
        var write = await leader.Client.SetAsync("while alone", "x");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, write.Status);
        Assert.Equal("no_leader", write.Code);
        Assert.True(write.Headers.ContainsKey("Retry-After"));
        Assert.InRange(Stopwatch.GetElapsedTime(asked), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(2));

        var read = await leader.Client.GetAsync("before");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, read.Status);
        Assert.Equal("no_leader", read.Code);
        Assert.False(await leader.Client.IsReadyAsync());
        var picture = await leader.Client.ClusterAsync();
        Assert.All(gone, node => Assert.Equal("failed", picture[node.Name].Status));

        var stale = await leader.Client.GetStaleAsync("before");
        Assert.Equal("kept", stale.Text);
        Assert.Equal("stale", stale.Headers["Keva-Consistency"]);
        Assert.InRange(double.Parse(stale.Headers["Keva-Age"], CultureInfo.InvariantCulture), 1.0, 60);

        gone[0].Start();
        await Eventually.BecomesTrueAsync(async () => (await leader.Client.SetAsync("together again", "y")).IsSuccess, "two of three take writes");
        await gone[0].WaitUntilReadyAsync();
        Assert.Equal("y", (await gone[0].Client.GetAsync("together again")).Text);
        Assert.Equal(HttpStatusCode.NoContent, (await gone[0].Client.GetAsync("while alone")).Status);
    }

    [Fact]
    public async Task A_node_that_waits_for_the_others_to_form_the_cluster_says_so()
    {
        await using var cluster = new ClusterUnderTest(output);
        var lonely = cluster.Nodes[0];
        lonely.Start();
        var answer = await Eventually.ResultOfAsync<Answer>(async () => await lonely.Client.SetAsync("a", "b"), "the node answers");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Equal("joining", answer.Code);
        Assert.True(answer.Headers.ContainsKey("Retry-After"));
        Assert.Equal("joining", (await lonely.Client.GetAsync("a")).Code);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await lonely.Client.SendAsync(HttpMethod.Get, "/health/ready")).Status);
        Assert.Equal(HttpStatusCode.OK, (await lonely.Client.SendAsync(HttpMethod.Get, "/health/live")).Status);
        Assert.Null((await lonely.Client.ClusterAsync()).Leader);
        await Eventually.BecomesTrueAsync(
            async () => (await lonely.Client.GetAsync("a")).Text.Contains("all listed nodes must be up once to form the cluster; missing: host2 (", StringComparison.Ordinal),
            "the node says for whom it waits");

        cluster.Nodes[1].Start();
        cluster.Nodes[2].Start();
        await cluster.WaitUntilReadyAsync();
        Assert.True((await lonely.Client.SetAsync("a", "b")).IsSuccess);
    }
}
