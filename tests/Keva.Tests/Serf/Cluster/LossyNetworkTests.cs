using System.Globalization;
using Keva.Serf;
using Xunit.Abstractions;

namespace Keva.Tests.Serf.Cluster;

/// <summary>
/// A hundred nodes on a network that loses one datagram in twenty. <c>KEVA_GOSSIP_MINUTES</c>: for how long of virtual time;
/// an hour takes half a minute of ours.
/// </summary>
public sealed class LossyNetworkTests(ITestOutputHelper output)
{
    private const int NodeCount = 100;

    /// <summary>Push/pull mends what gossip has missed; it comes round to a pair of nodes within a few of its intervals.</summary>
    private static readonly TimeSpan LongestDoubt = TimeSpan.FromMinutes(3);

    [Fact]
    public void With_five_percent_loss_nobody_stays_failed_who_is_not()
    {
        var minutes = int.TryParse(Environment.GetEnvironmentVariable("KEVA_GOSSIP_MINUTES"), CultureInfo.InvariantCulture, out var set) ? set : 1;
        var cluster = GossipCluster.Of(NodeCount, seed: 100, options => options with { Compress = false });
        cluster.LossPercent = 5;
        var doubts = new Dictionary<(string, string), TimeSpan>();
        var longest = TimeSpan.Zero;

        for (var end = cluster.Now + TimeSpan.FromMinutes(minutes); cluster.Now < end;)
        {
            cluster.RunFor(TimeSpan.FromSeconds(5));
            longest = Max(longest, LongestSoFar(cluster, doubts));
        }

        var accusations = cluster.Nodes.Sum(node => node.ReportsOf<MemberChanged>().Count(change => change.Kind == MemberEventKind.Failed));
        output.WriteLine($"{minutes} min, {cluster.Datagrams} datagrams, {accusations} false reports of failure, the longest lasted {longest}");
        Assert.InRange(longest, TimeSpan.Zero, LongestDoubt);
        Assert.InRange(accusations, 0, NodeCount * minutes / 10);
    }

    [Fact]
    public void With_thirty_percent_loss_a_killed_node_is_still_found_and_a_live_one_still_believed()
    {
        var cluster = GossipCluster.Of(10, seed: 30);
        cluster.LossPercent = 30;
        cluster.RunFor(TimeSpan.FromMinutes(2));
        var victim = cluster.Nodes[4];

        victim.Kill();
        cluster.RunUntil(() => cluster.AllSee([victim], MemberStatus.Failed), TimeSpan.FromMinutes(2));

        cluster.RunUntil(cluster.AllSeeAllAlive, TimeSpan.FromMinutes(5));
    }

    private static TimeSpan LongestSoFar(GossipCluster cluster, Dictionary<(string, string), TimeSpan> doubts)
    {
        var longest = TimeSpan.Zero;
        foreach (var node in cluster.Nodes)
        {
            foreach (var member in node.Serf.Members)
            {
                var pair = (node.Name, member.Name);
                if (member.Status == MemberStatus.Alive)
                {
                    doubts.Remove(pair);
                    continue;
                }

                doubts.TryAdd(pair, cluster.Now);
                longest = Max(longest, cluster.Now - doubts[pair]);
            }
        }

        return longest;
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
