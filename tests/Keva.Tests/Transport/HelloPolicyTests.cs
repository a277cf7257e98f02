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
        Assert.Null(WhyRefused(Host1, configuration: null, Host2));

    [Fact]
    public void Two_members_of_one_cluster_may_talk() =>
        Assert.Null(WhyRefused(FormedHost1, Samples.Configuration, Form(Host2)));

    [Fact]
    public void Another_cluster_name_is_refused()
    {
        var reason = WhyRefused(Host1, configuration: null, Host2 with { ClusterName = "other" });

        Assert.Equal("other cluster: 'host1' is in 'keva', 'host2' in 'other'", reason);
    }

    [Fact]
    public void Another_cluster_of_the_same_name_is_refused()
    {
        var reason = WhyRefused(FormedHost1, Samples.Configuration, Form(Host2) with { Cluster = new ClusterId(0xc2) });

        Assert.Contains("00000000000000c1", reason, StringComparison.Ordinal);
        Assert.Contains("never merge", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_without_an_id_is_refused() =>
        Assert.Contains("no node id", WhyRefused(Host1, configuration: null, Host2 with { Node = NodeId.None }), StringComparison.Ordinal);

    [Fact]
    public void A_node_that_dials_itself_is_told_so() =>
        Assert.Contains("talks to itself", WhyRefused(Host1, configuration: null, Host1), StringComparison.Ordinal);

    [Fact]
    public void An_identity_that_was_started_twice_is_refused_with_both_places()
    {
        var reason = WhyRefused(Host1, configuration: null, Host1 with { PeerAddress = "elsewhere:3700" });

        Assert.Contains("localhost:3700", reason, StringComparison.Ordinal);
        Assert.Contains("elsewhere:3700", reason, StringComparison.Ordinal);
        Assert.Contains("copied", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_nodes_of_one_name_are_refused() =>
        Assert.Contains("two nodes are called 'host1'", WhyRefused(Host1, configuration: null, Stranger with { Name = "host1" }), StringComparison.Ordinal);

    [Fact]
    public void A_wiped_node_may_talk_while_its_old_self_is_gone()
    {
        var wiped = Host2 with { Node = new NodeId(3) };

        Assert.Null(WhyRefused(FormedHost1, Samples.Configuration, wiped));
        Assert.Null(WhyRefused(wiped, configuration: null, FormedHost1));
    }

    [Fact]
    public void A_second_node_of_a_members_name_is_refused_while_the_first_answers()
    {
        var second = Host2 with { Node = new NodeId(3), PeerAddress = "elsewhere:3701" };

        var reason = HelloPolicy.WhyRefused(FormedHost1, Samples.Configuration, node => node == Samples.Host2.Id, second);

        Assert.Contains("'host2' is running already", reason, StringComparison.Ordinal);
        Assert.Contains("elsewhere:3701", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_that_answers_already_may_call_again() =>
        Assert.Null(HelloPolicy.WhyRefused(FormedHost1, Samples.Configuration, _ => true, Form(Host2)));

    [Fact]
    public void A_newcomer_may_talk_formed_or_not()
    {
        Assert.Null(WhyRefused(FormedHost1, Samples.Configuration, Stranger));
        Assert.Null(WhyRefused(FormedHost1, Samples.Configuration, Form(Stranger)));
        Assert.Null(WhyRefused(Stranger, configuration: null, FormedHost1));
    }

    private static string? WhyRefused(PeerHello own, ClusterConfiguration? configuration, PeerHello remote) =>
        HelloPolicy.WhyRefused(own, configuration, _ => false, remote);

    private static PeerHello Form(PeerHello hello) =>
        hello with { Cluster = new ClusterId(0xc1), FirstConfiguration = Samples.Configuration };
}
