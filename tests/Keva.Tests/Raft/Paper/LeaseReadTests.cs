using Keva.Raft;
using Keva.Raft.Messages;
using Keva.Raft.Roles;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Paper;

/// <summary>§6.4.1: reads by lease. A lease is safe while those who back it elect nobody else.</summary>
public sealed class LeaseReadTests
{
    [Fact]
    public void A_leader_whose_heartbeats_a_quorum_answered_serves_at_once()
    {
        var leader = LeaderWithLease();
        leader.Read(lease: true);

        Assert.Equal([new ConfirmedRead(1, new LogIndex(1))], leader.Reads);
    }

    [Fact]
    public void A_lease_ends_before_those_who_back_it_may_elect_another()
    {
        var leader = LeaderWithLease();
        leader.Tick((int)(0.8 * (ServerUnderTest.Options.ElectionTicks - 1)) + 1).Read(lease: true);

        Assert.Empty(leader.Reads);
    }

    [Fact]
    public void A_lease_counts_from_the_sending_of_the_heartbeats_not_from_their_answers()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Tick(2);
        var sent = leader.SentOf<HeartbeatRequest>(2)[^1].Round;
        leader.Tick(7);
        leader.Receive(2, new HeartbeatResponse(leader.Term, sent, LogIndex.Zero, StateHashMark.None, CanPersist: true));
        leader.Tick().Read(lease: true);

        Assert.Empty(leader.Reads);
    }

    [Fact]
    public void Before_an_entry_of_its_term_is_committed_a_leader_has_no_lease()
    {
        var leader = Clusters.NewLeaderOfThree();
        leader.AnswerHeartbeats(2).Read(lease: true);

        Assert.Empty(leader.Reads);
    }

    [Fact]
    public void A_single_server_always_holds_the_lease()
    {
        var server = new ServerUnderTest(1, new ServerSetup { Configuration = ServerUnderTest.Voters(1) }).Tick(10);
        server.Tick(100).Read(lease: true);

        Assert.Single(server.Reads);
    }

    [Fact]
    public void A_follower_asks_its_leader_for_a_lease_read_as_for_any_other()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(1));
        follower.Read(lease: true);

        Assert.NotNull(follower.TheOne<ReadIndexRequest>(to: 2));
    }

    [Fact]
    public void A_leader_that_told_another_to_stand_has_no_lease_any_more_not_even_when_the_transfer_failed()
    {
        // The target may be slow: it stands without waiting for this leader's lease to end, whenever the message arrives.
        var leader = LeaderWithLease();
        leader.Do(driver => driver.Core.TransferLeadership(ServerUnderTest.Node(3)));
        for (var i = 0; i < 2 * ServerUnderTest.Options.ElectionTicks; i++)
        {
            leader.Tick().AnswerHeartbeats(2).AnswerHeartbeats(3);
        }

        leader.Read(lease: true);
        Assert.Empty(leader.Reads);
        leader.AnswerHeartbeats(2);
        Assert.Single(leader.Reads);
    }

    [Fact]
    public void A_server_that_has_just_started_votes_for_nobody_while_a_lease_that_it_may_have_backed_can_last()
    {
        var server = new ServerUnderTest(1, ServerSetup.InTerm(3));
        server.Receive(2, new VoteRequest(new Term(4), EntryId.Zero, LeadershipTransfer: false));
        server.Receive(2, new PreVoteRequest(new Term(4), EntryId.Zero));
        Assert.Equal(new Term(3), server.Term);
        Assert.False(server.TheOne<PreVoteResponse>(to: 2).Granted);

        server.Forget().Tick(ServerUnderTest.Options.ElectionTicks);
        server.Receive(2, new VoteRequest(new Term(4), EntryId.Zero, LeadershipTransfer: false));
        Assert.True(server.TheOne<VoteResponse>(to: 2).Granted);
    }

    [Fact]
    public void A_server_that_was_never_at_work_votes_at_once()
    {
        var server = new ServerUnderTest(1);
        server.Receive(2, new VoteRequest(new Term(1), EntryId.Zero, LeadershipTransfer: false));

        Assert.True(server.TheOne<VoteResponse>(to: 2).Granted);
    }

    [Fact]
    public void A_server_that_learns_of_a_later_term_still_backs_the_leader_that_it_heard_from()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(3));
        follower.Receive(3, new ForwardRefused(new Term(4), new Term(4), [], ProposalRefusal.NotLeader));
        Assert.Equal(new Term(4), follower.Term);
        follower.Forget();

        follower.Receive(3, new VoteRequest(new Term(4), EntryId.Zero, LeadershipTransfer: false));
        follower.Receive(3, new PreVoteRequest(new Term(5), EntryId.Zero));
        Assert.Empty(follower.SentOf<VoteResponse>());
        Assert.False(follower.TheOne<PreVoteResponse>().Granted);
    }

    [Fact]
    public void A_deposed_leader_serves_nothing_by_lease()
    {
        var leader = LeaderWithLease();
        leader.Receive(3, new HeartbeatRequest(new Term(2), LogIndex.Zero, 1, StateHashMark.None)).Read(lease: true);

        Assert.Equal(RoleKind.Follower, leader.Core.Role);
        Assert.Empty(leader.Reads);
    }

    private static ServerUnderTest LeaderWithLease()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Tick(2).AnswerHeartbeats(2);
        return leader;
    }
}
