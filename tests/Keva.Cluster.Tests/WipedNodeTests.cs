using System.Net;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>
/// Nodes that lost their directory: with it went what they promised to others, so they must not vote as who they were. They
/// come back as new members in place of their old selves.
/// </summary>
public sealed class WipedNodeTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Wiped_nodes_of_the_file_and_wiped_joiners_come_back_as_new_members_in_place_of_their_old_selves()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        var joiner = cluster.Add("joiner", cluster.Nodes[0]);
        joiner.Start();
        await cluster.Nodes.WaitForMembersAsync(cluster.Nodes, voters: 4);
        var listed = cluster.AllBut(await cluster.LeaderAsync(), joiner)[0];
        Assert.True((await listed.Client.SetAsync("before", "x")).IsSuccess);

        await using var watch = MembershipWatch.ForDoubles(cluster.Nodes);
        foreach (var wiped in new[] { listed, joiner })
        {
            var old = (await cluster.Nodes[0].Client.ClusterAsync())[wiped.Name].Id;
            await wiped.KillAsync();
            wiped.Wipe();
            wiped.Start();
            await Eventually.BecomesTrueAsync(
                async () => (await cluster.AllBut(wiped)[0].Client.ClusterAsync()).Members.Any(member => member.Name == wiped.Name && member.Id != old),
                $"{wiped.Name} has a new entry");
            output.WriteLine($"{wiped.Name}: a voter again after {await cluster.Nodes.WaitForMembersAsync(cluster.Nodes, voters: 4)} more");
            await wiped.WaitUntilReadyAsync();
            Assert.Equal("x", (await wiped.Client.GetStaleAsync("before")).Text);
            Assert.True((await wiped.Client.SetAsync("by " + wiped.Name, "y")).IsSuccess);
        }

        await watch.AssertNothingWasWrongAsync();
    }

    [Fact]
    public async Task A_wiped_node_that_comes_back_at_another_address_keeps_its_name_and_is_a_member_by_itself()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        var wiped = cluster.AllBut(await cluster.LeaderAsync())[0];
        Assert.True((await wiped.Client.SetAsync("before", "x")).IsSuccess);
        await wiped.KillAsync();
        wiped.Wipe();
        wiped.TakeOtherPorts();
        cluster.WriteConfiguration();
        wiped.Start();

        output.WriteLine($"a voter again after {await cluster.Nodes.WaitForMembersAsync(cluster.Nodes, voters: 3)}");
        Assert.Equal("x", (await wiped.Client.GetAsync("before")).Text);
        Assert.Equal(wiped.PeerAddress, (await cluster.AllBut(wiped)[0].Client.ClusterAsync())[wiped.Name].KevaAddress);
    }

    [Fact]
    public async Task A_wiped_node_does_not_help_others_to_a_majority_that_they_do_not_have()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, settings: ["http.leader-wait=500ms", "http.request-timeout=1s"]);
        var (wiped, dead, last) = (cluster.Nodes[0], cluster.Nodes[1], cluster.Nodes[2]);
        Assert.True((await last.Client.SetAsync("before", "x")).IsSuccess);
        await Task.WhenAll(wiped.KillAsync(), dead.KillAsync());
        wiped.Wipe();
        wiped.Start();
        await last.WaitForLogAsync($"Connected to {wiped.Name} at {wiped.PeerAddress}");
        output.WriteLine(await wiped.WaitUntilNotReadyAsync("waits for the leader of its cluster to take it in"));
        await Eventually.BecomesTrueAsync(
            async () => (await last.Client.SetAsync("alone", "z")).Code == "no_leader", "the last of the old members has no majority");
        var refused = await wiped.Client.SetAsync("through the wiped node", "z");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
        Assert.Null((await last.Client.ClusterAsync()).Leader);
        Assert.Null((await wiped.Client.ClusterAsync()).Leader);

        dead.Start();
        await cluster.Nodes.WaitForMembersAsync(cluster.Nodes, voters: 3);
        await cluster.WaitUntilReadyAsync();
        Assert.Equal("x", (await wiped.Client.GetAsync("before")).Text);
    }
}
