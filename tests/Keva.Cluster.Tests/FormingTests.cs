using System.Diagnostics;
using System.Globalization;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>Nodes that are in no file and become a cluster together, and clusters that must not become one.</summary>
[Collection(AloneOnTheMachine.Name)]
public sealed class FormingTests(ITestOutputHelper output)
{
    /// <summary>Five seconds is the aim on a machine that does nothing else; this one may run other tests.</summary>
    private static readonly TimeSpan FormingLimit = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Five_nodes_that_start_together_and_know_one_other_each_form_one_cluster()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        await using var cluster = new ClusterUnderTest(output, size: 0, ["membership.bootstrap-expect=5"]);
        AddKnowingOneOther(cluster, count: 5, new Random(seed));
        cluster.StartAll();
        await AssertOneClusterAsync(cluster, seed);
    }

    [Fact]
    public async Task Four_nodes_that_start_together_with_a_cluster_of_one_join_that()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        await using var cluster = new ClusterUnderTest(output, size: 0);
        cluster.Add("first");
        AddKnowingOneOther(cluster, count: 4, new Random(seed));
        cluster.StartAll();
        await AssertOneClusterAsync(cluster, seed);
    }

    [Fact]
    public async Task Nodes_of_two_clusters_that_know_each_others_addresses_stay_two_clusters()
    {
        await using var clusters = new ClusterUnderTest(output, size: 0);

        // Two of one name and a third of another, with two nodes each. All know all.
        string[] groups = ["a", "b", "c"];
        var founders = groups.Select(group => clusters.Add($"{group}1")).ToArray();
        var others = groups.Select((group, i) => clusters.Add($"{group}2", founders[i])).ToArray();
        foreach (var node in founders)
        {
            node.Start(SettingsOf(node));
        }

        await clusters.WaitUntilReadyAsync();
        foreach (var node in others)
        {
            node.Start(SettingsOf(node));
        }

        foreach (var group in groups)
        {
            var members = MembersOf(clusters, group);
            await members.WaitForMembersAsync(members, voters: 2);
            Assert.True((await members[1].Client.SetAsync("whose", group)).IsSuccess);
        }

        await using var watch = new MembershipWatch(
            clusters.Nodes,
            (node, picture) => picture.Names.FirstOrDefault(name => name[0] != node.Name[0]) is { } stranger ? $"the stranger {stranger}" : null);
        foreach (var node in clusters.Nodes)
        {
            await node.StopAsync();
            node.Seeds = [.. clusters.Nodes.Where(other => other != node).Select(other => other.PeerAddress)];
            node.Start(SettingsOf(node));
        }

        foreach (var group in groups)
        {
            var members = MembersOf(clusters, group);
            await members.WaitForMembersAsync(members, voters: 2);
            foreach (var node in members)
            {
                Assert.Equal(group, (await node.Client.GetAsync("whose")).Text);
            }
        }

        await watch.AssertNothingWasWrongAsync();
    }

    private static string[] SettingsOf(NodeUnderTest node) => node.Name[0] == 'c' ? ["cluster.name=other"] : [];

    private static NodeUnderTest[] MembersOf(ClusterUnderTest clusters, string group) =>
        [.. clusters.Nodes.Where(node => node.Name.StartsWith(group, StringComparison.Ordinal))];

    /// <summary>A tree with the direction of each edge drawn, so that all are connected, and one more edge for its root.</summary>
    private static void AddKnowingOneOther(ClusterUnderTest cluster, int count, Random random)
    {
        var known = cluster.Nodes.ToList();
        foreach (var number in Enumerable.Range(1, count))
        {
            var node = cluster.Add(string.Create(CultureInfo.InvariantCulture, $"node{number}"));
            node.Seeds = known.Count > 0 ? [known[random.Next(known.Count)].PeerAddress] : [];
            known.Add(node);
        }

        if (cluster.Nodes.Length == count)
        {
            cluster.Nodes[0].Seeds = [cluster.Nodes[random.Next(1, count)].PeerAddress];
        }
    }

    private async Task AssertOneClusterAsync(ClusterUnderTest cluster, int seed)
    {
        var began = Stopwatch.GetTimestamp();
        await cluster.Nodes.WaitForMembersAsync(cluster.Nodes, voters: 5);
        await cluster.WaitUntilReadyAsync();
        var took = Stopwatch.GetElapsedTime(began);
        output.WriteLine($"one cluster of five voters after {took.TotalSeconds:f2} s");
        Assert.True(took <= FormingLimit, $"it took {took.TotalSeconds:f1} s; seed {seed}");
        Assert.True((await cluster.Nodes[1].Client.SetAsync("a", "b")).IsSuccess);
        Assert.Equal("b", (await cluster.Nodes[4].Client.GetAsync("a")).Text);
        var ids = cluster.Nodes.Select(node => node.Log.Split("cluster 'keva' (")[1][..16]).Distinct(StringComparer.Ordinal);
        Assert.Single(ids);
    }
}
