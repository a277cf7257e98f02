using System.Diagnostics;
using System.Net;
using System.Text;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>What operators do to the members, and what is refused.</summary>
public sealed class MemberCommandTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Leadership_is_handed_to_whom_the_operator_names_or_to_anyone_else()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        var first = await cluster.LeaderAsync();
        var named = cluster.AllBut(first)[1];
        var other = cluster.AllBut(first)[0];

        // Asked at a node that is neither.
        Assert.Equal($"{named.Name} leads", await DoneAsync(other, "transfer", named.Name));
        Assert.Equal(named, await cluster.LeaderAsync());
        await DoneAsync(other, "transfer");
        Assert.NotEqual(named, await cluster.LeaderAsync());

        Assert.Contains("No member is called 'nobody'; there are host1, host2, host3", await RefusedAsync(other, exitCode: 4, "transfer", "nobody"), StringComparison.Ordinal);
        var leader = await cluster.LeaderAsync();
        var dead = cluster.AllBut(leader)[0];
        await dead.KillAsync();
        output.WriteLine($"failed after {await leader.WaitForStatusAsync(dead.Name, "failed")}");
        Assert.Contains($"'{dead.Name}' cannot lead: it does not answer", await RefusedAsync(leader, "transfer", dead.Name), StringComparison.Ordinal);
        Assert.Equal(leader, await cluster.LeaderAsync());
    }

    [Fact]
    public async Task Members_are_removed_if_that_endangers_nothing_or_the_operator_means_it()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        var fourth = cluster.Add("host4", cluster.Nodes[0]);
        fourth.Start();
        await cluster.Nodes.WaitForMembersAsync(cluster.Nodes, voters: 4);
        var leader = await cluster.LeaderAsync();
        var operated = cluster.Nodes.First(node => node != leader && node != fourth);

        // A member that fails stays one until an operator says otherwise.
        await fourth.KillAsync();
        await operated.WaitForStatusAsync(fourth.Name, "failed");
        Assert.Equal("members no more: host4", await DoneAsync(operated, "down-unreachable"));
        var three = cluster.AllBut(fourth);
        await three.WaitForMembersAsync(three, voters: 3);
        Assert.Equal("no member has failed", await DoneAsync(operated, "down-unreachable"));

        var victim = three.First(node => node != leader && node != operated);
        Assert.Contains($"'{victim.Name}' answers", await RefusedAsync(operated, "down", victim.Name), StringComparison.Ordinal);
        Assert.Contains(
            $"Without '{victim.Name}' the cluster survives no failure: now 3 of 3 voters answer, 2 are needed; then 2 of 2 voters answer, 2 are needed",
            await RefusedAsync(operated, "remove", victim.Name),
            StringComparison.Ordinal);
        await AssertRefusedAsync(operated, "remove", victim, "quorum_at_risk");
        await AssertRefusedAsync(operated, "down", victim, "member_is_up");
        await three.WaitForMembersAsync(three, voters: 3);

        Assert.Equal($"{victim.Name} is a member no more", await DoneAsync(operated, "remove", victim.Name, "--yes"));
        var end = await victim.Process.WaitForEndAsync();
        Assert.Equal(1, end.ExitCode);
        Assert.StartsWith("keva: this node was removed from its cluster", end.ErrorLines[^1], StringComparison.Ordinal);
        NodeUnderTest[] two = [leader, operated];
        await two.WaitForMembersAsync(two, voters: 2);
        Assert.True((await operated.Client.SetAsync("by two", "x")).IsSuccess);

        // The leader can be removed like any other.
        Assert.Equal($"{leader.Name} is a member no more", await DoneAsync(operated, "remove", leader.Name, "--yes"));
        Assert.Equal(1, (await leader.Process.WaitForEndAsync()).ExitCode);
        Assert.Equal("x", (await operated.Client.GetAsync("by two")).Text);
    }

    [Fact]
    public async Task Who_failed_long_ago_is_removed_if_the_operator_wished_so_and_three_voters_stay()
    {
        var cleanup = TimeSpan.FromSeconds(2);
        await using var cluster = await ClusterUnderTest.StartAsync(output, settings: ["membership.dead-server-cleanup=2s", .. FaultScenario.CalmElections]);
        var fourth = cluster.Add("host4", cluster.Nodes[0]);
        fourth.Start();
        await cluster.Nodes.WaitForMembersAsync(cluster.Nodes, voters: 4);
        await fourth.KillAsync();
        var three = cluster.AllBut(fourth);
        var took = await three.WaitForMembersAsync(three, voters: 3);
        output.WriteLine($"removed after {took.TotalSeconds:f1} s");
        Assert.True(took >= cleanup - TimeSpan.FromSeconds(0.5), $"removed after {took.TotalSeconds:f1} s only");

        var leader = await cluster.LeaderAsync();
        var third = cluster.AllBut(leader, fourth)[0];
        await third.KillAsync();
        await leader.WaitForStatusAsync(third.Name, "failed");
        var failed = Stopwatch.GetTimestamp();
        await Eventually.BecomesTrueAsync(() => Stopwatch.GetElapsedTime(failed) >= 2 * cleanup, "who failed would have been removed by now");
        Assert.Equal("failed", (await leader.Client.ClusterAsync())[third.Name].Status);
        third.Start();
        await three.WaitForMembersAsync(three, voters: 3);
    }

    private static async Task<string> DoneAsync(NodeUnderTest node, params string[] command)
    {
        var result = await node.OperateAsync(["cluster", .. command]);
        Assert.True(result.ExitCode == 0, result.Errors);
        return result.Output.TrimEnd();
    }

    private static Task<string> RefusedAsync(NodeUnderTest node, params string[] command) => RefusedAsync(node, exitCode: 1, command);

    private static async Task<string> RefusedAsync(NodeUnderTest node, int exitCode, params string[] command)
    {
        var result = await node.OperateAsync(["cluster", .. command]);
        Assert.Equal(exitCode, result.ExitCode);
        return Assert.Single(result.ErrorLines);
    }

    private static async Task AssertRefusedAsync(NodeUnderTest node, string request, NodeUnderTest member, string code)
    {
        var answer = await node.Client.SendAsync(
            HttpMethod.Post, $"/v1/cluster/{request}", Encoding.UTF8.GetBytes($$"""{"member":"{{member.Name}}"}"""), "application/json");
        Assert.Equal(HttpStatusCode.Conflict, answer.Status);
        Assert.Equal(code, answer.Code);
    }
}
