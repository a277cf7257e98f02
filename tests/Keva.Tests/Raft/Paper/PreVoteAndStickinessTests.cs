using Keva.Raft;
using Keva.Raft.Messages;
using Keva.Raft.Roles;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Paper;

/// <summary>§9.6 pre-vote, §4.2.3 disruptive servers, and §6.2: a leader that is cut off steps down.</summary>
public sealed class PreVoteAndStickinessTests
{
    private static readonly Term Three = new(3);
    private static readonly Term Four = new(4);

    /// <summary>§9.6: a candidate only increments its term "if it first learns from a majority of the cluster that they would be willing to grant the candidate their votes".</summary>
    [Fact]
    public void A_server_asks_before_it_raises_its_term()
    {
        var server = new ServerUnderTest(1, ServerSetup.InTerm(3, "1:a"));
        server.Tick(ServerUnderTest.Options.ElectionTicks);

        Assert.Equal((RoleKind.PreCandidate, Three), (server.Core.Role, server.Term));
        Assert.Equal(new PreVoteRequest(Four, new EntryId(new LogIndex(1), new Term(1))), server.TheOne<PreVoteRequest>(to: 2));
        Assert.Empty(server.SentOf<VoteRequest>());
    }

    [Fact]
    public void Without_a_majority_it_goes_on_asking_in_the_same_term()
    {
        var server = new ServerUnderTest(1, ServerSetup.InTerm(3)).Tick(100);

        Assert.Equal(Three, server.Term);
        Assert.True(server.SentOf<PreVoteRequest>(to: 2).Count > 3);
    }

    [Fact]
    public void With_a_majority_it_stands()
    {
        var server = new ServerUnderTest(1, ServerSetup.InTerm(3)).Tick(ServerUnderTest.Options.ElectionTicks);
        server.Receive(2, new PreVoteResponse(Four, Granted: true));

        Assert.Equal((RoleKind.Candidate, Four), (server.Core.Role, server.Term));
    }

    [Fact]
    public void An_answer_to_a_question_of_an_earlier_term_does_not_count()
    {
        var server = new ServerUnderTest(1, ServerSetup.InTerm(3)).Tick(ServerUnderTest.Options.ElectionTicks);
        server.Receive(2, new PreVoteResponse(Three, Granted: true));

        Assert.Equal(RoleKind.PreCandidate, server.Core.Role);
    }

    [Fact]
    public void A_refusal_of_a_server_in_a_later_term_brings_that_term()
    {
        var server = new ServerUnderTest(1, ServerSetup.InTerm(3)).Tick(ServerUnderTest.Options.ElectionTicks);
        server.Receive(2, new PreVoteResponse(new Term(9), Granted: false));

        Assert.Equal((RoleKind.Follower, new Term(9)), (server.Core.Role, server.Term));
    }

    [Fact]
    public void Being_asked_changes_nobodys_term_or_vote()
    {
        var server = new ServerUnderTest(1, ServerSetup.InTerm(3)).Tick(ServerUnderTest.Options.ElectionTicks - 1);
        server.Receive(2, new PreVoteRequest(new Term(8), EntryId.Zero));

        Assert.Equal(new HardState(Three, NodeId.None), server.Core.HardState);
    }

    [Fact]
    public void A_pre_vote_may_be_given_to_several()
    {
        var server = new ServerUnderTest(1);
        server.Receive(2, new PreVoteRequest(Four, EntryId.Zero)).Receive(3, new PreVoteRequest(Four, EntryId.Zero));

        Assert.All(server.SentOf<PreVoteResponse>(), answer => Assert.True(answer.Granted));
        Assert.Equal(2, server.SentOf<PreVoteResponse>().Count);
    }

    /// <summary>§9.6: with pre-vote a server that was cut off comes back without deposing anyone.</summary>
    [Fact]
    public void A_server_that_hears_from_a_leader_encourages_nobody()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(3));
        follower.Receive(3, new PreVoteRequest(Four, new EntryId(new LogIndex(9), Three)));

        Assert.Equal(new PreVoteResponse(Three, Granted: false), follower.TheOne<PreVoteResponse>(to: 3));
    }

    /// <summary>§4.2.3: "if a server receives a RequestVote request within the minimum election timeout of hearing from a current leader, it does not update its term or grant its vote".</summary>
    [Fact]
    public void A_server_that_hears_from_a_leader_ignores_candidates()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(3));
        follower.Receive(3, new VoteRequest(Four, new EntryId(new LogIndex(9), Three), LeadershipTransfer: false));

        Assert.Equal(Three, follower.Term);
        Assert.Empty(follower.Sent);
    }

    [Fact]
    public void Once_the_leader_is_silent_for_an_election_time_out_candidates_are_heard()
    {
        var follower = Clusters.FollowerOf2(new ServerSetup { HardState = new HardState(Three, NodeId.None), ElectionDelay = 9 });
        follower.Tick(ServerUnderTest.Options.ElectionTicks);
        follower.Receive(3, new VoteRequest(Four, EntryId.Zero, LeadershipTransfer: false));

        Assert.True(follower.TheOne<VoteResponse>(to: 3).Granted);
    }

    [Fact]
    public void A_leader_that_has_its_quorum_ignores_candidates()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Receive(3, new VoteRequest(Four, new EntryId(new LogIndex(9), new Term(1)), LeadershipTransfer: false));
        leader.Receive(3, new PreVoteRequest(Four, new EntryId(new LogIndex(9), new Term(1))));

        Assert.Equal((RoleKind.Leader, new Term(1)), (leader.Core.Role, leader.Term));
        Assert.False(leader.TheOne<PreVoteResponse>(to: 3).Granted);
    }

    /// <summary>A server in a later term that nobody elects must not be shut out for ever: its answer brings the leader to its term.</summary>
    [Fact]
    public void A_server_in_a_later_term_lets_the_leader_know()
    {
        var stranded = new ServerUnderTest(3, ServerSetup.InTerm(7));
        var leader = Clusters.LeaderOfThree();
        leader.Tick(ServerUnderTest.Options.HeartbeatTicks);
        stranded.Receive(1, leader.TheOne<HeartbeatRequest>(to: 3));
        leader.Receive(3, Assert.Single(stranded.Sent).Message);

        Assert.Equal((RoleKind.Follower, new Term(7)), (leader.Core.Role, leader.Term));
    }

    /// <summary>§6.2: "a leader in Raft steps down if an election timeout elapses without a successful round of heartbeats to a majority of its cluster".</summary>
    [Fact]
    public void A_leader_that_hears_from_no_quorum_steps_down()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Tick(2 * ServerUnderTest.Options.ElectionTicks);

        Assert.Equal(RoleKind.Follower, leader.Core.Role);
        Assert.Equal(NodeId.None, leader.Core.Leader);
    }

    [Fact]
    public void A_leader_that_hears_from_a_quorum_stays()
    {
        var leader = Clusters.LeaderOfThree();
        for (var i = 0; i < 10; i++)
        {
            leader.Tick(ServerUnderTest.Options.ElectionTicks - 1).AnswerHeartbeats(3);
        }

        Assert.Equal(RoleKind.Leader, leader.Core.Role);
    }

    [Fact]
    public void Learners_do_not_keep_a_leader_in_office()
    {
        var members = Enumerable.Range(1, 4).Select(number => new Keva.Raft.Membership.Member(ServerUnderTest.Node(number), "", "", "")).ToArray();
        var configuration = Keva.Raft.Membership.ClusterConfiguration.Create(members, members[..3].Select(member => member.Id), learners: [members[3].Id]);
        var leader = new ServerUnderTest(1, new ServerSetup { Configuration = configuration }).Stand();
        leader.Receive(2, new VoteResponse(leader.Term, Granted: true));
        for (var i = 0; i < 30; i++)
        {
            leader.Tick().AnswerHeartbeats(4);
        }

        Assert.NotEqual(RoleKind.Leader, leader.Core.Role);
    }

    [Fact]
    public void A_pre_candidate_still_votes_for_a_candidate_of_its_term()
    {
        var server = new ServerUnderTest(1, ServerSetup.InTerm(3)).Tick(ServerUnderTest.Options.ElectionTicks);
        server.Receive(2, new VoteRequest(Three, EntryId.Zero, LeadershipTransfer: false));

        Assert.Equal(RoleKind.Follower, server.Core.Role);
        Assert.True(server.TheOne<VoteResponse>(to: 2).Granted);
    }

    [Fact]
    public void A_pre_candidate_that_hears_from_the_leader_follows_it()
    {
        var server = new ServerUnderTest(1, ServerSetup.InTerm(3)).Tick(ServerUnderTest.Options.ElectionTicks);
        server.Receive(2, new HeartbeatRequest(Three, LogIndex.Zero, 1, StateHashMark.None));

        Assert.Equal((RoleKind.Follower, ServerUnderTest.Node(2)), (server.Core.Role, server.Core.Leader));
    }

    /// <summary>A cluster that was just formed need not wait.</summary>
    [Fact]
    public void A_server_that_is_told_to_campaign_stands_at_once_unless_it_knows_a_leader()
    {
        var server = new ServerUnderTest(1).Do(driver => driver.Core.Campaign());
        Assert.Equal(RoleKind.PreCandidate, server.Core.Role);

        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(3)).Do(driver => driver.Core.Campaign());
        Assert.Equal(RoleKind.Follower, follower.Core.Role);
    }
}
