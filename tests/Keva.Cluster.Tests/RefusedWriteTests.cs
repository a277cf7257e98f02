using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>Writes that cannot be done now, and what a client is told.</summary>
public sealed class RefusedWriteTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_follower_that_is_set_not_to_forward_says_where_the_leader_is()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, settings: ["http.forward-writes=off"]);
        var leader = await cluster.LeaderAsync();
        var follower = cluster.AllBut(leader)[0];
        var answer = await follower.Client.SetAsync("a", "b");
        Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.Status);
        Assert.Equal("not_leader", answer.Code);
        Assert.Equal(leader.Url, answer.Json.GetProperty("leader").GetString());
        Assert.Equal(HttpStatusCode.NoContent, (await follower.Client.GetAsync("a")).Status);
        Assert.True((await leader.Client.SetAsync("a", "b")).IsSuccess);
    }

    [Fact]
    public async Task A_write_whose_majority_stands_still_has_an_unknown_outcome_and_is_there_or_not()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, settings: ["http.leader-wait=1s", "http.request-timeout=1s"]);
        var leader = await cluster.LeaderAsync();
        var followers = cluster.AllBut(leader);
        foreach (var follower in followers)
        {
            follower.Pause();
        }

        var answer = await leader.Client.SetAsync("in doubt", "perhaps");
        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.Status);
        Assert.Equal("outcome_unknown", answer.Code);

        foreach (var follower in followers)
        {
            follower.Resume();
        }

        await cluster.LeaderAsync();
        var found = await Eventually.ResultOfAsync(
            async () => await leader.Client.GetAsync("in doubt") is { IsSuccess: true } read ? read : null, "the cluster serves again");
        Assert.True(found.Status == HttpStatusCode.NoContent || found.Text == "perhaps", found.ToString());
        foreach (var follower in followers)
        {
            Assert.Equal(found.Text, (await follower.Client.GetAsync("in doubt")).Text);
        }
    }

    [Fact]
    public async Task More_than_may_wait_is_refused_as_busy_and_the_rest_is_done()
    {
        string[] settings =
        [
            "store.max-value-bytes=64KiB", "raft.max-append-bytes=64KiB", "raft.max-inflight-bytes=64KiB",
            "raft.max-uncommitted-bytes=132KiB", "http.request-timeout=10s",
        ];
        await using var cluster = await ClusterUnderTest.StartAsync(output, settings: settings);
        var leader = await cluster.LeaderAsync();
        var value = RandomNumberGenerator.GetBytes(60 * 1024);
        var answers = new ConcurrentBag<Answer>();
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async number => answers.Add(await leader.Client.SetAsync($"key {number}", value))));

        var refused = answers.Where(answer => !answer.IsSuccess).ToArray();
        Assert.NotEmpty(refused);
        Assert.NotEqual(answers.Count, refused.Length);
        Assert.All(refused, answer =>
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, answer.Status);
            Assert.Equal("busy", answer.Code);
            Assert.True(answer.Headers.ContainsKey("Retry-After"));
        });

        // Nothing was done for those that were refused.
        var there = 0;
        for (var number = 0; number < 64; number++)
        {
            there += (await leader.Client.GetAsync($"key {number}")).Status == HttpStatusCode.OK ? 1 : 0;
        }

        Assert.Equal(answers.Count - refused.Length, there);
    }
}
