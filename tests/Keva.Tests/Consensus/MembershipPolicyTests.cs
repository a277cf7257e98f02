using Keva.Node.Configuration;
using Keva.Node.Consensus;
using Keva.Node.Gossip;
using Keva.Node.Transport;
using Keva.Raft;
using Keva.Raft.Membership;
using Keva.Raft.Messages;
using Keva.Raft.Progress;
using GossipStatus = Keva.Serf.MemberStatus;

namespace Keva.Tests.Consensus;

/// <summary>What a leader changes about the members by itself. Node 1 leads.</summary>
public sealed class MembershipPolicyTests
{
    private static readonly MembershipSettings Settings = new() { Voters = 3, BootstrapExpect = 0, DeadServerCleanup = TimeSpan.Zero, FixedAddresses = false };

    private readonly HashSet<NodeId> connected = [];
    private readonly Dictionary<NodeId, FollowerStatus> followers = [];
    private MembershipPolicy policy = new(Settings, Id(1));

    [Fact]
    public void Who_joins_becomes_a_learner()
    {
        connected.UnionWith([Id(3), Id(4)]);
        var change = Next(Voters(1, 2), Peer(1), Peer(2), Peer(3, isJoining: true), Peer(4, isJoining: true));

        Assert.Equal([Id(3), Id(4)], change!.Put.Select(member => member.Id));
        Assert.Empty(change.Remove);
        Assert.Empty(change.Promote);
    }

    [Theory]
    [InlineData(GossipStatus.Failed)]
    [InlineData(GossipStatus.Left)]
    [InlineData(GossipStatus.Leaving)]
    public void Who_is_not_there_is_not_taken_in(GossipStatus status)
    {
        connected.Add(Id(3));

        Assert.Null(Next(Voters(1, 2), Peer(3, isJoining: true) with { Status = status }));
    }

    [Fact]
    public void Who_died_while_it_joined_and_was_removed_is_not_taken_in_again_before_gossip_knows() =>
        Assert.Null(Next(Voters(1, 2), Peer(3, isJoining: true)));

    [Fact]
    public void Who_does_not_say_that_it_wants_to_join_is_not_taken_in()
    {
        connected.Add(Id(3));

        Assert.Null(Next(Voters(1, 2), Peer(3)));
    }

    [Fact]
    public void A_wiped_node_takes_the_place_of_its_old_self()
    {
        connected.Add(Id(9));
        var change = Next(Voters(1, 2), Peer(9, isJoining: true) with { Name = "n2" });

        Assert.Equal(Id(9), Assert.Single(change!.Put).Id);
        Assert.Equal(Id(2), Assert.Single(change.Remove));
    }

    [Fact]
    public void A_namesake_of_a_member_that_answers_or_of_the_leader_is_not_taken_in()
    {
        connected.UnionWith([Id(2), Id(8), Id(9)]);

        Assert.Null(Next(Voters(1, 2), Peer(9, isJoining: true) with { Name = "n2" }, Peer(8, isJoining: true) with { Name = "n1" }));
    }

    [Fact]
    public void A_new_address_of_a_member_is_written_down()
    {
        var change = Next(Voters(1, 2), Peer(2) with { PeerAddress = "elsewhere:1" });

        Assert.Equal(new Member(Id(2), "n2", "elsewhere:1", "n2:3800"), Assert.Single(change!.Put));
    }

    [Fact]
    public void Learners_that_have_caught_up_are_promoted_together_up_to_the_wanted_number()
    {
        foreach (var id in new[] { 2, 3, 4 })
        {
            Follow(id, match: 950);
        }

        Assert.Equal([Id(2), Id(3)], Next(Configuration(voters: [1], learners: [2, 3, 4]))!.Promote.ToArray());
    }

    [Theory]
    [InlineData(899, true)]
    [InlineData(1000, false)]
    public void A_learner_that_is_behind_or_gone_is_not_promoted(long match, bool isConnected)
    {
        Follow(2, match);
        if (!isConnected)
        {
            connected.Remove(Id(2));
        }

        Assert.Null(Next(Configuration(voters: [1], learners: [2])));
    }

    [Fact]
    public void Who_failed_stays_a_member_unless_the_operator_set_a_time()
    {
        Assert.Null(Next(Voters(1, 2, 3, 4)));
        Assert.Null(Next(Voters(1, 2, 3, 4), TimeSpan.FromDays(300)));
    }

    [Fact]
    public void Who_failed_for_longer_than_the_set_time_is_removed_if_enough_voters_stay()
    {
        policy = new MembershipPolicy(Settings with { DeadServerCleanup = TimeSpan.FromMinutes(1) }, Id(1));
        connected.UnionWith([Id(2), Id(3)]);

        Assert.Null(Next(Voters(1, 2, 3, 4), TimeSpan.Zero));
        Assert.Null(Next(Voters(1, 2, 3, 4), TimeSpan.FromSeconds(59)));
        Assert.Equal(Id(4), Assert.Single(Next(Voters(1, 2, 3, 4), TimeSpan.FromSeconds(60))!.Remove));
    }

    [Fact]
    public void Three_voters_are_never_made_two()
    {
        policy = new MembershipPolicy(Settings with { DeadServerCleanup = TimeSpan.FromMinutes(1) }, Id(1));
        connected.Add(Id(2));
        Next(Voters(1, 2, 3), TimeSpan.Zero);

        Assert.Null(Next(Voters(1, 2, 3), TimeSpan.FromHours(1)));
    }

    [Fact]
    public void Who_comes_back_in_between_has_its_time_anew()
    {
        policy = new MembershipPolicy(Settings with { DeadServerCleanup = TimeSpan.FromMinutes(1) }, Id(1));
        connected.UnionWith([Id(2), Id(3)]);
        Next(Voters(1, 2, 3, 4), TimeSpan.Zero);
        connected.Add(Id(4));
        Next(Voters(1, 2, 3, 4), TimeSpan.FromSeconds(30));
        connected.Remove(Id(4));

        Assert.Null(Next(Voters(1, 2, 3, 4), TimeSpan.FromSeconds(65)));
    }

    private static NodeId Id(int number) => new((ulong)number);

    private static Member MemberOf(int number) => new(Id(number), $"n{number}", $"n{number}:3700", $"n{number}:3800");

    private static GossipPeer Peer(int number, bool isJoining = false) => new(
        Id(number), $"n{number}", "keva", new ClusterId(1), $"n{number}:3700", $"n{number}:3800", "1", isJoining, GossipStatus.Alive);

    private static ClusterConfiguration Voters(params int[] numbers) => ClusterConfiguration.OfVoters(numbers.Select(MemberOf));

    private static ClusterConfiguration Configuration(int[] voters, int[] learners) => ClusterConfiguration.Create(
        voters.Concat(learners).Select(MemberOf), voters.Select(Id), learners: learners.Select(Id));

    private void Follow(int number, long match)
    {
        connected.Add(Id(number));
        followers[Id(number)] = new FollowerStatus(
            Id(number), ReplicationState.Replicate, new LogIndex(match), new LogIndex(match + 1), LogIndex.Zero, StateHashMark.None, CanPersist: true, IsActive: true);
    }

    private ConfigurationChange? Next(ClusterConfiguration configuration, params GossipPeer[] peers) => Next(configuration, TimeSpan.Zero, peers);

    private ConfigurationChange? Next(ClusterConfiguration configuration, TimeSpan now, params GossipPeer[] peers) =>
        policy.Next(new MembershipPicture(configuration, new LogIndex(1000), peers, followers, connected.Contains, now));
}
