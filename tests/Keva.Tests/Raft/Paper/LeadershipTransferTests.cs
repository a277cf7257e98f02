using Keva.Raft;
using Keva.Raft.Messages;
using Keva.Raft.Roles;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Paper;

/// <summary>§3.10: leadership transfer.</summary>
public sealed class LeadershipTransferTests
{
    [Fact]
    public void A_target_that_has_every_entry_is_told_to_stand_at_once()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Do(driver => driver.Core.TransferLeadership(ServerUnderTest.Node(3)));

        Assert.NotNull(leader.TheOne<TimeoutNow>(to: 3));
    }

    [Fact]
    public void A_target_that_is_behind_gets_the_entries_first()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Propose("a").Do(driver => driver.Core.TransferLeadership(ServerUnderTest.Node(3)));
        Assert.Empty(leader.SentOf<TimeoutNow>());

        leader.AnswerAppends(3);
        Assert.NotNull(leader.TheOne<TimeoutNow>(to: 3));
    }

    [Fact]
    public void A_target_that_is_told_to_stand_does_so_without_waiting_and_without_asking_first()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(1));
        follower.Receive(2, new TimeoutNow(new Term(1)));

        Assert.Equal(RoleKind.Candidate, follower.Core.Role);
        Assert.Equal(new VoteRequest(new Term(2), EntryId.Zero, LeadershipTransfer: true), follower.TheOne<VoteRequest>(to: 3));
        Assert.Empty(follower.SentOf<PreVoteRequest>());
    }

    [Fact]
    public void A_server_that_hears_from_the_leader_votes_all_the_same_when_leadership_is_handed_over()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(1));
        follower.Receive(3, new VoteRequest(new Term(2), EntryId.Zero, LeadershipTransfer: true));

        Assert.True(follower.TheOne<VoteResponse>(to: 3).Granted);
    }

    [Fact]
    public void A_transfer_that_does_not_succeed_in_an_election_time_out_is_given_up()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Do(driver => driver.Core.TransferLeadership(ServerUnderTest.Node(3))).Propose("a");
        Assert.Equal("1:-", leader.LogText);

        for (var i = 0; i < ServerUnderTest.Options.ElectionTicks; i++)
        {
            leader.Tick().AnswerHeartbeats(2);
        }

        leader.Propose("b");
        Assert.Equal("1:- 1:b", leader.LogText);
    }

    [Fact]
    public void A_leader_hands_over_only_to_a_voter_that_it_knows()
    {
        var leader = Clusters.LeaderOfThree();

        Assert.False(leader.Core.TransferLeadership(ServerUnderTest.Node(9)));
        Assert.False(leader.Core.TransferLeadership(leader.Id));
    }

    [Fact]
    public void Only_a_leader_hands_over()
    {
        Assert.False(new ServerUnderTest(1).Core.TransferLeadership(null));
    }

    [Fact]
    public void Without_a_named_target_the_follower_that_is_furthest_is_chosen()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Propose("a").AnswerAppends(3).Do(driver => driver.Core.TransferLeadership(null));

        Assert.NotNull(leader.TheOne<TimeoutNow>(to: 3));
    }

    [Fact]
    public void A_follower_whose_disk_is_full_is_not_chosen()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Propose("a").AnswerAppends(3).AnswerHeartbeats(3, canPersist: false).Do(driver => driver.Core.TransferLeadership(null));
        Assert.Empty(leader.SentOf<TimeoutNow>());

        leader.AnswerAppends(2);
        Assert.NotNull(leader.TheOne<TimeoutNow>(to: 2));
    }

    [Fact]
    public void A_leader_whose_disk_is_full_hands_over_to_a_server_that_can_win_without_its_vote()
    {
        var leader = Clusters.LeaderOfThree();
        leader.HoldsWrites = true;
        leader.Do(driver => driver.OnJournalStalled()).Tick();

        Assert.Single(leader.SentOf<TimeoutNow>());
    }

    [Fact]
    public void A_leader_whose_disk_is_full_leads_on_when_nobody_could_win_without_its_vote()
    {
        // It still serves reads; deposed, it could not even vote.
        var leader = Clusters.LeaderOfThree();
        leader.HoldsWrites = true;
        leader.AnswerHeartbeats(3, canPersist: false).Do(driver => driver.OnJournalStalled()).Tick(3);

        Assert.Empty(leader.SentOf<TimeoutNow>());
        Assert.True(leader.Driver.IsLeader);
        leader.Read();
        leader.AnswerHeartbeats(2);
        Assert.Single(leader.Reads);
    }

    [Fact]
    public void A_leader_whose_disk_is_full_refuses_proposals_and_says_why()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Do(driver => driver.OnJournalStalled()).Propose("a");

        Assert.Equal([("a", ProposalRefusal.DiskFull)], leader.Refused);
    }

    [Fact]
    public void A_server_whose_disk_is_full_does_not_stand_not_even_when_told_to()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(1));
        follower.Do(driver => driver.OnJournalStalled());
        follower.Receive(2, new TimeoutNow(new Term(1))).Tick(50);

        Assert.Empty(follower.SentOf<VoteRequest>());
        Assert.Empty(follower.SentOf<PreVoteRequest>());
    }

    [Fact]
    public void A_server_whose_disk_has_room_again_stands()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(1));
        follower.Do(driver => driver.OnJournalStalled()).Tick(50);
        follower.Do(driver => driver.OnJournalResumed()).Tick(50);

        Assert.NotEmpty(follower.SentOf<PreVoteRequest>());
    }

    [Fact]
    public void A_server_that_stops_hands_over()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Do(driver => driver.BeginStop());

        Assert.Single(leader.SentOf<TimeoutNow>());
    }

    /// <summary>Right after its check of the quorum a leader knows nobody to be active: it must not ask only then.</summary>
    [Fact]
    public void A_leader_that_finds_no_successor_looks_again_soon_whenever_its_disk_filled_up()
    {
        for (var phase = 0; phase < ServerUnderTest.Options.ElectionTicks; phase++)
        {
            var leader = Clusters.LeaderOfThree();
            for (var tick = 0; tick < phase; tick++)
            {
                leader.Tick().AnswerHeartbeats(2).AnswerHeartbeats(3);
            }

            leader.Do(driver => driver.OnJournalStalled());
            for (var tick = 0; tick < 3; tick++)
            {
                leader.Tick().AnswerHeartbeats(2).AnswerHeartbeats(3);
            }

            Assert.Single(leader.SentOf<TimeoutNow>());
        }
    }

    [Fact]
    public void A_server_that_stops_hands_over_as_soon_as_there_is_somebody_to_hand_over_to()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Tick(ServerUnderTest.Options.ElectionTicks).Do(driver => driver.BeginStop());
        Assert.Empty(leader.SentOf<TimeoutNow>());

        leader.AnswerHeartbeats(2).Tick();
        Assert.Single(leader.SentOf<TimeoutNow>());
    }
}
