using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>Nodes that leave their cluster for good, and come back all the same.</summary>
public sealed class LeaveTests(ITestOutputHelper output)
{
    [Fact]
    public async Task All_but_the_last_may_leave_the_leader_first_and_join_again()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        var first = await cluster.LeaderAsync();
        Assert.True((await first.Client.SetAsync("kept", "by the last")).IsSuccess);
        var refused = await first.OperateAsync("cluster", "leave");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("now 3 of 3 voters answer, 2 are needed; then 2 of 2 voters answer, 2 are needed", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);

        await LeaveAsync(first);
        var two = cluster.AllBut(first);
        await two.WaitForMembersAsync(two, voters: 2);

        await two[0].WaitForLogAsync($"Members are now: {two[0].Name}, {two[1].Name}");

        // It has its data still, but no vote and no say.
        var term = (await two[0].Client.ClusterAsync()).Term;
        first.Start();
        output.WriteLine(await first.WaitUntilNotReadyAsync("this node is no member of its cluster: it left, or was removed; start it with --join"));
        Assert.True((await two[0].Client.SetAsync("meanwhile", "x")).IsSuccess);
        Assert.Equal(0, (await first.StopAsync()).ExitCode);
        await two.WaitForMembersAsync(two, voters: 2);
        Assert.Equal(term, (await two[0].Client.ClusterAsync()).Term);

        var second = await cluster.LeaderAsync();
        await LeaveAsync(second);
        NodeUnderTest[] last = cluster.AllBut(first, second);
        await last.WaitForMembersAsync(last, voters: 1);
        var stays = await last[0].OperateAsync("cluster", "leave", "--yes");
        Assert.Equal(1, stays.ExitCode);
        output.WriteLine(Assert.Single(stays.ErrorLines));
        Assert.Equal("by the last", (await last[0].Client.GetAsync("kept")).Text);

        foreach (var leaver in new[] { first, second })
        {
            leaver.Seeds = [last[0].PeerAddress];
            leaver.Start();
        }

        await cluster.Nodes.WaitForMembersAsync(cluster.Nodes, voters: 3);
        await cluster.WaitUntilReadyAsync();
        Assert.Equal("by the last", (await first.Client.GetAsync("kept")).Text);
    }

    [Fact]
    public async Task A_node_that_joined_and_left_is_no_member_until_it_is_told_to_join_again()
    {
        await using var cluster = new ClusterUnderTest(output, size: 0);
        var first = cluster.Add("first");
        var guest = cluster.Add("guest", first);
        cluster.StartAll();
        await cluster.Nodes.WaitForMembersAsync(cluster.Nodes, voters: 2);
        await LeaveAsync(guest);
        NodeUnderTest[] one = [first];
        await one.WaitForMembersAsync(one, voters: 1);

        guest.Seeds = [];
        guest.Start();
        await guest.WaitUntilNotReadyAsync("this node is no member of its cluster: it left, or was removed; start it with --join");
        Assert.True((await first.Client.SetAsync("meanwhile", "x")).IsSuccess);
        Assert.Equal(0, (await guest.StopAsync()).ExitCode);
        await one.WaitForMembersAsync(one, voters: 1);

        guest.Seeds = [first.PeerAddress];
        guest.Start();
        await cluster.Nodes.WaitForMembersAsync(cluster.Nodes, voters: 2);
        await guest.WaitUntilReadyAsync();
        Assert.Equal("x", (await guest.Client.GetAsync("meanwhile")).Text);
    }

    private static async Task LeaveAsync(NodeUnderTest node)
    {
        var leave = await node.OperateAsync("cluster", "leave", "--yes");
        Assert.True(leave.ExitCode == 0, leave.Errors);
        Assert.Equal(0, (await node.Process.WaitForEndAsync()).ExitCode);
    }
}
