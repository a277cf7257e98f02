using System.Net;
using Keva.Serf;

namespace Keva.Tests.Serf.Cluster;

/// <summary>Clusters with keys.</summary>
public sealed class EncryptionTests
{
    private static readonly byte[] First = [.. Enumerable.Repeat((byte)1, 32)];
    private static readonly byte[] Second = [.. Enumerable.Repeat((byte)2, 32)];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public void A_node_with_another_key_or_none_does_not_get_in()
    {
        var cluster = GossipCluster.Of(3, seed: 1, options => options with { Keyring = Keyring.Of(First) });
        var plain = cluster.Start("plain");
        var other = cluster.Start("other", options => options with { Keyring = Keyring.Of(Second) });

        plain.Join(cluster.Nodes[0]);
        other.Join(cluster.Nodes[0]);
        cluster.RunFor(TimeSpan.FromMinutes(1));

        Assert.All(cluster.Nodes.Take(3), node => Assert.Equal(3, node.Serf.Members.Count));
        Assert.Equal(0, Assert.Single(plain.ReportsOf<JoinFinished>()).Contacted);
        Assert.Equal(0, Assert.Single(other.ReportsOf<JoinFinished>()).Contacted);
        Assert.True(cluster.Nodes[0].Serf.RefusedMessages >= 2);
    }

    [Fact]
    public void Plain_text_to_a_node_with_a_key_changes_nothing()
    {
        var cluster = GossipCluster.Of(2, seed: 2, options => options with { Keyring = Keyring.Of(First) });
        var victim = cluster.Nodes[0];
        var before = victim.Serf.RefusedMessages;

        victim.Do(node => node.OnDatagram(cluster.Now, cluster.Nodes[1].Address, Wire.SerfVector.All["alive-crc"].Bytes));

        Assert.Equal(2, victim.Serf.Members.Count);
        Assert.Equal(before + 1, victim.Serf.RefusedMessages);
    }

    [Fact]
    public void Keys_are_exchanged_without_a_restart_and_without_anybody_failing()
    {
        var cluster = GossipCluster.Of(5, seed: 3, options => options with { Keyring = Keyring.Of(First) });
        var operatorsNode = cluster.Nodes[1];

        Assert.True(Run(cluster, operatorsNode, node => node.InstallKey(cluster.Now, Second)).Succeeded);
        Assert.True(Run(cluster, operatorsNode, node => node.UseKey(cluster.Now, Second)).Succeeded);
        Assert.True(Run(cluster, operatorsNode, node => node.RemoveKey(cluster.Now, First)).Succeeded);
        var list = Run(cluster, operatorsNode, node => node.ListKeys(cluster.Now));
        cluster.RunFor(TimeSpan.FromMinutes(2));

        Assert.Equal(KeyValuePair.Create(Convert.ToBase64String(Second), 5), Assert.Single(list.Keys));
        Assert.Equal(KeyValuePair.Create(Convert.ToBase64String(Second), 5), Assert.Single(list.PrimaryKeys));
        Assert.All(cluster.Nodes, node => Assert.Equal(Second, Assert.Single(node.Serf.Keyring.Keys)));
        Assert.All(cluster.Nodes, node => Assert.Equal(3, node.ReportsOf<KeyringChanged>().Count()));
        Assert.True(cluster.AllSeeAllAlive(), cluster.ToString());
        Assert.All(cluster.Nodes, node => Assert.DoesNotContain(node.ReportsOf<MemberChanged>(), change => change.Kind == MemberEventKind.Failed));
    }

    [Fact]
    public void What_cannot_be_done_to_the_keys_is_said_by_every_node()
    {
        var cluster = GossipCluster.Of(3, seed: 4, options => options with { Keyring = Keyring.Of(First) });

        var removed = Run(cluster, cluster.Nodes[0], node => node.RemoveKey(cluster.Now, First));
        var used = Run(cluster, cluster.Nodes[0], node => node.UseKey(cluster.Now, Second));
        var installed = Run(cluster, cluster.Nodes[0], node => node.InstallKey(cluster.Now, [1, 2, 3]));

        Assert.All([removed, used, installed], result => Assert.Equal(3, result.Failures.Count));
        Assert.All(cluster.Nodes, node => Assert.Equal(First, Assert.Single(node.Serf.Keyring.Keys)));
    }

    [Fact]
    public void Without_keys_there_are_none_to_change()
    {
        var cluster = GossipCluster.Of(2, seed: 5);

        Assert.Equal(2, Run(cluster, cluster.Nodes[0], node => node.InstallKey(cluster.Now, First)).Failures.Count);
    }

    private static KeyOperationResult Run(GossipCluster cluster, GossipNode on, Func<SerfNode, QueryId> operation)
    {
        var id = on.Do(operation);
        cluster.RunUntil(() => on.ReportsOf<KeyOperationFinished>().Any(finished => finished.Query == id), Patience);
        return on.ReportsOf<KeyOperationFinished>().Single(finished => finished.Query == id).Result;
    }
}
