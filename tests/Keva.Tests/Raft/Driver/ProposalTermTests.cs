using Keva.Raft;
using Keva.Raft.Messages;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Driver;

/// <summary>
/// A proposal is good for one term: whoever made it counts it as lost for good once an entry of a later term is applied
/// without it, and proposes it anew. If the first one then took effect, it would take effect twice.
/// </summary>
public sealed class ProposalTermTests
{
    [Fact]
    public void A_proposal_for_another_term_than_the_current_one_is_refused()
    {
        var leader = Clusters.LeaderOfThree();
        leader.ProposeFor(new Term(0), "a").ProposeFor(new Term(2), "b");

        Assert.Equal([("a", ProposalRefusal.NotLeader), ("b", ProposalRefusal.NotLeader)], leader.Refused);
        Assert.Equal("1:-", leader.LogText);
    }

    [Fact]
    public void A_proposal_to_a_server_that_knows_no_leader_is_refused()
    {
        var server = new ServerUnderTest(1, ServerSetup.InTerm(3));
        server.Propose("a");

        Assert.Equal([("a", ProposalRefusal.NotLeader)], server.Refused);
    }

    [Fact]
    public void A_follower_forwards_a_proposal_with_the_term_that_it_was_made_for()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(3));
        follower.Propose("a");

        Assert.Equal(new Term(3), follower.TheOne<ForwardProposals>(to: 2).Term);
    }

    [Fact]
    public void Proposals_of_one_flush_that_were_made_for_two_terms_are_not_forwarded_together()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(3));
        var now = follower.Now;
        follower.Driver.Propose(new Term(3), ServerUnderTest.ProposalsOf("old"));
        follower.Driver.Receive(ServerUnderTest.Node(3), new HeartbeatRequest(new Term(4), LogIndex.Zero, 1, StateHashMark.None), now);
        follower.Driver.Propose(new Term(4), ServerUnderTest.ProposalsOf("new"));
        follower.Settle();

        var forwarded = follower.TheOne<ForwardProposals>(to: 3);
        Assert.Equal(new Term(4), forwarded.Term);
        Assert.Equal(ServerUnderTest.ProposalsOf("new")[0].Id, Assert.Single(forwarded.Proposals).Id);
        Assert.Equal([("old", ProposalRefusal.NotLeader)], follower.Refused);
    }

    [Fact]
    public void A_proposal_that_waits_to_be_forwarded_is_refused_when_the_term_ends_first()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(3));
        follower.Driver.Propose(new Term(3), ServerUnderTest.ProposalsOf("a"));
        follower.Receive(3, new HeartbeatRequest(new Term(4), LogIndex.Zero, 1, StateHashMark.None));

        Assert.Empty(follower.SentOf<ForwardProposals>());
        Assert.Equal([("a", ProposalRefusal.NotLeader)], follower.Refused);
    }

    [Fact]
    public void A_proposal_that_waits_to_enter_the_log_is_refused_when_the_leader_is_deposed_first()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Driver.Propose(new Term(1), ServerUnderTest.ProposalsOf("a"));
        leader.Receive(3, new HeartbeatRequest(new Term(2), LogIndex.Zero, 1, StateHashMark.None));

        Assert.Equal([("a", ProposalRefusal.NotLeader)], leader.Refused);
        Assert.Equal("1:-", leader.LogText);
    }

    [Fact]
    public void A_forwarded_proposal_of_an_earlier_term_is_refused_by_the_leader_of_a_later_one()
    {
        var leader = new ServerUnderTest(1, ServerSetup.InTerm(4)).Elect().Forget();
        leader.Receive(2, new ForwardProposals(new Term(4), ServerUnderTest.ProposalsOf("a")));

        var refused = leader.TheOne<ForwardRefused>(to: 2);
        Assert.Equal(ProposalRefusal.NotLeader, refused.Reason);
        Assert.Equal(ServerUnderTest.ProposalsOf("a")[0].Id, Assert.Single(refused.Proposals));
        Assert.Equal("5:-", leader.LogText);
    }

    [Fact]
    public void A_forwarded_proposal_is_taken_by_the_leader_of_its_term()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Receive(2, new ForwardProposals(new Term(1), ServerUnderTest.ProposalsOf("a", "b")));

        Assert.Equal("1:- 1:a 1:b", leader.LogText);
    }

    [Fact]
    public void A_refused_forward_is_told_to_the_clients_that_made_it_whatever_its_term()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(3));
        follower.Receive(2, new ForwardRefused(new Term(2), new Term(2), [ServerUnderTest.ProposalsOf("a")[0].Id], ProposalRefusal.Busy));

        Assert.Equal([("a", ProposalRefusal.Busy)], follower.Refused);
    }

    [Fact]
    public void Beyond_the_bound_of_uncommitted_bytes_proposals_are_refused_as_busy_until_some_are_committed()
    {
        var leader = Clusters.LeaderOfThree(ServerUnderTest.Options with { MaxUncommittedBytes = 30 });
        leader.Propose("a", "b", "c");
        Assert.Equal("1:- 1:a 1:b", leader.LogText);
        Assert.Equal([("c", ProposalRefusal.Busy)], leader.Refused);

        leader.AnswerAppends(2).Propose("d");
        Assert.Equal("1:- 1:a 1:b 1:d", leader.LogText);
    }

    [Fact]
    public void What_waits_for_the_leaders_disk_or_for_its_state_machine_counts_too()
    {
        var leader = Clusters.LeaderOfThree(ServerUnderTest.Options with { MaxUncommittedBytes = 30, MaxUnappliedBytes = 1 });
        leader.HoldsWrites = true;
        leader.Propose("a", "b").AnswerAppends(2).AnswerAppends(3).Propose("c");
        Assert.Equal((3, 1), (leader.Log.CommitIndex.Value, leader.Log.AppliedIndex.Value));
        Assert.Equal([("c", ProposalRefusal.Busy)], leader.Refused);

        leader.Machine.HoldsApplying = true;
        leader.Persist().Propose("d", "e");
        Assert.Equal("1:- 1:a 1:b 1:d", leader.LogText);
        leader.Machine.HoldsApplying = false;
        leader.Settle();
        leader.Propose("f");
        Assert.Equal("1:- 1:a 1:b 1:d 1:f", leader.LogText);
    }

    [Fact]
    public void A_proposal_larger_than_the_bound_is_taken_when_nothing_else_waits()
    {
        var leader = Clusters.LeaderOfThree(ServerUnderTest.Options with { MaxUncommittedBytes = 1 });
        leader.Propose("a").Propose("b");

        Assert.Equal("1:- 1:a", leader.LogText);
    }

    [Fact]
    public void A_leader_that_hands_over_takes_no_proposals()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Do(driver => driver.Core.TransferLeadership(ServerUnderTest.Node(2))).Propose("a");

        Assert.Equal([("a", ProposalRefusal.Stopping)], leader.Refused);
    }

    [Fact]
    public void A_stopping_server_takes_no_proposals_not_even_forwarded_ones()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Do(driver => driver.BeginStop()).Propose("a").Forget();
        leader.Receive(2, new ForwardProposals(new Term(1), ServerUnderTest.ProposalsOf("b")));

        Assert.Equal([("a", ProposalRefusal.Stopping)], leader.Refused);
        Assert.Equal(ProposalRefusal.Stopping, leader.TheOne<ForwardRefused>(to: 2).Reason);
        Assert.Equal("1:-", leader.LogText);
    }
}
