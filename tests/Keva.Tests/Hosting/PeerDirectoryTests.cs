using Keva.Node.Consensus;
using Keva.Node.Gossip;
using Keva.Node.Hosting;
using Keva.Node.Transport;
using Keva.Raft;
using Keva.Raft.Membership;
using GossipStatus = Keva.Serf.MemberStatus;

namespace Keva.Tests.Hosting;

/// <summary>Whom to dial and where. This node is 1.</summary>
public sealed class PeerDirectoryTests
{
    private readonly PeerDirectory directory = new(Id(1), "n1", new Dictionary<string, MemberAddresses>(StringComparer.Ordinal)
    {
        ["n2"] = new("file:2", "file:12"),
    });

    [Fact]
    public void Members_but_not_this_node_are_dialled_by_name()
    {
        directory.SetConfiguration(ClusterConfiguration.OfVoters([MemberOf(3), MemberOf(1), MemberOf(2)]));

        Assert.Equal(["n2", "n3"], directory.Targets().Select(target => target.Name));
    }

    [Fact]
    public void The_file_counts_before_the_configuration_and_what_a_node_says_itself_before_both()
    {
        directory.SetConfiguration(ClusterConfiguration.OfVoters([MemberOf(1), MemberOf(2), MemberOf(3)]));
        Assert.Equal(["file:2", "n3:3700"], Addresses());

        directory.SetGossip([Peer(2, "gossip:2"), Peer(3, "gossip:3")]);
        Assert.Equal(["gossip:2", "gossip:3"], Addresses());
    }

    [Fact]
    public void Where_something_is_in_between_the_file_counts_whatever_nodes_say()
    {
        var listed = new Dictionary<string, MemberAddresses>(StringComparer.Ordinal) { ["n2"] = new("proxy:2", "proxy:12") };
        var behindProxies = new PeerDirectory(Id(1), "n1", listed, areListedFixed: true);
        behindProxies.SetConfiguration(ClusterConfiguration.OfVoters([MemberOf(1), MemberOf(2)]));
        behindProxies.SetGossip([Peer(2, "gossip:2")]);
        behindProxies.OnMet(Hello(2, "hello:2"));

        Assert.Equal("proxy:2", Assert.Single(behindProxies.Targets()).Addresses.PeerAddress);
    }

    [Fact]
    public void The_latest_word_counts_and_gossip_that_says_nothing_new_is_no_word()
    {
        directory.SetConfiguration(ClusterConfiguration.OfVoters([MemberOf(1), MemberOf(2)]));
        directory.SetGossip([Peer(2, "old:2")]);
        directory.OnMet(Hello(2, "new:2"));
        directory.SetGossip([Peer(2, "old:2")]);
        Assert.Equal(["new:2"], Addresses());

        directory.SetGossip([Peer(2, "newest:2")]);
        Assert.Equal(["newest:2"], Addresses());
    }

    [Fact]
    public void Who_gossips_or_calls_is_dialled_though_no_member_and_forgotten_when_it_is_gone()
    {
        directory.SetGossip([Peer(4, "g:4")]);
        directory.OnMet(Hello(5, "h:5"));
        Assert.Equal([Id(4), Id(5)], directory.Targets().Select(target => target.Node));

        directory.SetGossip([Peer(4, "g:4") with { Status = GossipStatus.Left }]);
        directory.OnLost(Id(5));
        Assert.Empty(directory.Targets());
    }

    [Fact]
    public void Of_two_nodes_of_one_name_the_one_that_shows_itself_is_dialled()
    {
        directory.SetConfiguration(ClusterConfiguration.OfVoters([MemberOf(1), MemberOf(2)]));
        directory.OnMet(Hello(9, "wiped:2") with { Name = "n2" });

        Assert.Equal(new PeerTarget("n2", Id(9), new MemberAddresses("wiped:2", "http")), Assert.Single(directory.Targets()));
    }

    private static NodeId Id(int number) => new((ulong)number);

    private static Member MemberOf(int number) => new(Id(number), $"n{number}", $"n{number}:3700", $"n{number}:3800");

    private static GossipPeer Peer(int number, string address) =>
        new(Id(number), $"n{number}", "keva", new ClusterId(1), address, "http", "1", IsJoining: false, GossipStatus.Alive);

    private static PeerHello Hello(int number, string address) =>
        new("keva", new ClusterId(1), Id(number), $"n{number}", address, "http", "1", FirstConfiguration: null);

    private IEnumerable<string> Addresses() => directory.Targets().Select(target => target.Addresses.PeerAddress);
}
