using Keva.Node.Transport;
using Keva.Raft;
using Keva.Raft.Membership;

namespace Keva.Tests.Transport;

public sealed class HelloPolicyTests
{
    private static readonly PeerHello Host1 = Samples.HelloOf(Samples.Host1);
    private static readonly PeerHello Host2 = Samples.HelloOf(Samples.Host2);
    private static readonly PeerHello Stranger = Samples.HelloOf(new Member(new NodeId(9), "host9", "localhost:3709", "localhost:3809"));
    private static readonly PeerHello FormedHost1 = Form(Host1);

    [Fact]
    public void Two_nodes_that_are_forming_a_cluster_may_talk() =>
        Assert.Null(HelloPolicy.WhyRefused(Host1, configuration: null, Host2));

    [Fact]
    public void Two_members_of_one_cluster_may_talk() =>
        Assert.Null(HelloPolicy.WhyRefused(FormedHost1, Samples.Configuration, Form(Host2)));

    [Fact]
    public void Another_cluster_name_is_refused()
    {
        var reason = HelloPolicy.WhyRefused(Host1, configuration: null, Host2 with { ClusterName = "other" });

        Assert.Equal("other cluster: 'host1' is in 'keva', 'host2' in 'other'", reason);
    }

    [Fact]
    public void Another_cluster_of_the_same_name_is_refused()
    {
        var reason = HelloPolicy.WhyRefused(FormedHost1, Samples.Configuration, Form(Host2) with { Cluster = new ClusterId(0xc2) });

        Assert.Contains("00000000000000c1", reason, StringComparison.Ordinal);
        Assert.Contains("never merge", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_without_an_id_is_refused() =>
        Assert.Contains("no node id", HelloPolicy.WhyRefused(Host1, configuration: null, Host2 with { Node = NodeId.None }), StringComparison.Ordinal);

    [Fact]
    public void A_node_that_dials_itself_is_told_so() =>
        Assert.Contains("talks to itself", HelloPolicy.WhyRefused(Host1, configuration: null, Host1), StringComparison.Ordinal);

    [Fact]
    public void An_identity_that_was_started_twice_is_refused_with_both_places()
    {
        var reason = HelloPolicy.WhyRefused(Host1, configuration: null, Host1 with { PeerAddress = "elsewhere:3700" });

        Assert.Contains("localhost:3700", reason, StringComparison.Ordinal);
        Assert.Contains("elsewhere:3700", reason, StringComparison.Ordinal);
        Assert.Contains("copied", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_nodes_of_one_name_are_refused() =>
        Assert.Contains("two nodes are called 'host1'", HelloPolicy.WhyRefused(Host1, configuration: null, Stranger with { Name = "host1" }), StringComparison.Ordinal);

    [Fact]
    public void A_member_that_was_wiped_is_told_to_join_anew()
    {
        var wiped = Host2 with { Node = new NodeId(3) };

        Assert.Contains("was wiped or replaced", HelloPolicy.WhyRefused(FormedHost1, Samples.Configuration, wiped), StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_that_has_not_learnt_the_first_configuration_may_talk() =>
        Assert.Null(HelloPolicy.WhyRefused(FormedHost1, Samples.Configuration, Host2));

    [Fact]
    public void An_unformed_node_that_is_no_member_is_refused() =>
        Assert.Contains("must join", HelloPolicy.WhyRefused(FormedHost1, Samples.Configuration, Stranger), StringComparison.Ordinal);

    [Fact]
    public void A_formed_node_that_was_added_while_this_one_was_away_may_talk() =>
        Assert.Null(HelloPolicy.WhyRefused(FormedHost1, Samples.Configuration, Form(Stranger)));

    [Fact]
    public void An_unformed_node_takes_part_only_in_a_configuration_that_names_it()
    {
        Assert.Null(HelloPolicy.WhyRefused(Host2, configuration: null, FormedHost1));
        Assert.Contains("must join", HelloPolicy.WhyRefused(Stranger, configuration: null, FormedHost1), StringComparison.Ordinal);
        Assert.Contains("was wiped", HelloPolicy.WhyRefused(Host2 with { Node = new NodeId(3) }, configuration: null, FormedHost1), StringComparison.Ordinal);
    }

    private static PeerHello Form(PeerHello hello) =>
        hello with { Cluster = new ClusterId(0xc1), FirstConfiguration = Samples.Configuration };
}
