using Keva.Node.Formation;
using Keva.Node.Transport;
using Keva.Raft;

namespace Keva.Tests.Formation;

public sealed class ClusterFormationTests
{
    private static readonly string[] Listed = ["host1", "host2", "host3"];

    private static PeerHello New(string name, ulong id, string cluster = "test") =>
        new(cluster, ClusterId.None, new NodeId(id), name, $"{name}:3700", $"{name}:3800", "1.0", null);

    private static PeerHello Member(string name, ulong id, FormedCluster formed) =>
        New(name, id) with { Cluster = formed.Cluster, FirstConfiguration = formed.Configuration };

    [Fact]
    public void A_node_that_is_listed_alone_forms_a_cluster_at_once()
    {
        var formation = new ClusterFormation(New("host1", 1), ["host1"]);

        Assert.Equal(new NodeId(1), Assert.Single(formation.Formed!.Configuration.Voters));
    }

    [Fact]
    public void Nothing_is_formed_before_every_listed_node_was_met()
    {
        var formation = new ClusterFormation(New("host1", 1), Listed);

        Assert.False(formation.OnMet(New("host2", 2)));
        Assert.Equal(["host3"], formation.Missing);
        Assert.True(formation.OnMet(New("host3", 3)));
    }

    [Fact]
    public void A_node_that_meets_one_which_joined_later_joins_too()
    {
        var formation = new ClusterFormation(New("host1", 1), Listed);
        var cluster = new ClusterId(7);

        Assert.True(formation.OnMet(New("host2", 2) with { Cluster = cluster }));
        Assert.Equal(cluster, formation.Joins);
        Assert.Null(formation.Formed);
    }

    [Fact]
    public void All_nodes_come_to_the_same_cluster_whatever_the_order_in_which_they_meet()
    {
        PeerHello[] hellos = [New("host1", 30), New("host2", 20), New("host3", 10)];
        var outcomes = new List<FormedCluster>();
        foreach (var self in hellos)
        {
            foreach (var others in new[] { hellos, hellos.Reverse() })
            {
                var formation = new ClusterFormation(self, Listed);
                foreach (var other in others.Where(other => other != self))
                {
                    formation.OnMet(other);
                }

                outcomes.Add(formation.Formed!);
            }
        }

        Assert.All(outcomes, outcome => Assert.Equal(outcomes[0], outcome));
    }

    [Fact]
    public void Other_identities_make_another_cluster()
    {
        var first = new ClusterFormation(New("host1", 1), ["host1"]).Formed!;
        var second = new ClusterFormation(New("host1", 2), ["host1"]).Formed!;

        Assert.NotEqual(first.Cluster, second.Cluster);
    }

    [Fact]
    public void A_node_that_was_met_and_lost_again_does_not_count()
    {
        var formation = new ClusterFormation(New("host1", 1), Listed);
        formation.OnMet(New("host2", 2));
        formation.OnLost(New("host2", 2));

        Assert.False(formation.OnMet(New("host3", 3)));
        Assert.Equal(["host2"], formation.Missing);
    }

    [Fact]
    public void A_new_node_that_its_cluster_knows_takes_over_the_configuration()
    {
        var host1 = new ClusterFormation(New("host1", 1), Listed);
        host1.OnMet(New("host2", 2));
        host1.OnMet(New("host3", 3));
        var host3 = new ClusterFormation(New("host3", 3), Listed);

        Assert.True(host3.OnMet(Member("host1", 1, host1.Formed!)));
        Assert.Equal(host1.Formed, host3.Formed);
    }

    [Fact]
    public void A_wiped_node_is_a_stranger_to_its_cluster_and_joins_it_instead_of_forming_a_second_one()
    {
        var host1 = new ClusterFormation(New("host1", 1), Listed);
        host1.OnMet(New("host2", 2));
        host1.OnMet(New("host3", 3));
        var wiped = new ClusterFormation(New("host3", 99), Listed);

        Assert.True(wiped.OnMet(Member("host1", 1, host1.Formed!)));
        Assert.Null(wiped.Formed);
        Assert.Equal(host1.Formed!.Cluster, wiped.Joins);
    }

    [Fact]
    public void A_copied_working_directory_prevents_forming_and_is_named()
    {
        var formation = new ClusterFormation(New("host1", 1), Listed);
        formation.OnMet(New("host2", 7));

        Assert.False(formation.OnMet(New("host3", 7)));
        Assert.Contains("host2 and host3", formation.Obstacle, StringComparison.Ordinal);
    }

    [Fact]
    public void Nodes_of_other_clusters_and_nodes_that_are_not_listed_do_not_count()
    {
        var formation = new ClusterFormation(New("host1", 1), ["host1", "host2"]);

        Assert.False(formation.OnMet(New("host2", 2, cluster: "other")));
        Assert.False(formation.OnMet(New("host9", 9)));
        Assert.Equal(["host2"], formation.Missing);
    }
}
