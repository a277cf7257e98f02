using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Messages;
using Keva.Raft.Roles;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Paper;

/// <summary>§3.3 terms, §3.4 leader election, and the rules for candidates in figure 3.1.</summary>
public sealed class ElectionTests
{
    private static readonly Term Three = new(3);
    private static readonly Term Four = new(4);

    /// <summary>§3.4: "When servers start up, they begin as followers."</summary>
    [Fact]
    public void A_server_starts_as_a_follower()
    {
        Assert.Equal(RoleKind.Follower, new ServerUnderTest(1).Core.Role);
        Assert.Equal(RoleKind.Follower, new ServerUnderTest(1, ServerSetup.InTerm(3, "1:a 3:b", votedFor: 1)).Core.Role);
    }

    /// <summary>Figure 3.1, followers: "If election timeout elapses without receiving AppendEntries RPC from current leader or granting vote to candidate: convert to candidate" (after pre-vote, §9.6).</summary>
    [Fact]
    public void A_follower_that_hears_nothing_for_an_election_time_out_stands()
    {
        var server = new ServerUnderTest(1).Tick(ServerUnderTest.Options.ElectionTicks - 1);
        Assert.Empty(server.Sent);

        server.Tick();
        Assert.Equal(2, server.SentOf<PreVoteRequest>().Count);
    }

    [Theory]
    [InlineData("heartbeat")]
    [InlineData("append")]
    [InlineData("commit notice")]
    [InlineData("snapshot")]
    public void A_follower_that_hears_from_its_leader_does_not_stand(string what)
    {
        var server = new ServerUnderTest(1);
        for (var i = 0; i < 10; i++)
        {
            server.Tick(ServerUnderTest.Options.ElectionTicks - 1);
            RaftMessage message = what switch
            {
                "heartbeat" => new HeartbeatRequest(Three, LogIndex.Zero, i, StateHashMark.None),
                "append" => new AppendEntriesRequest(Three, EntryId.Zero, EntryBatch.Empty, LogIndex.Zero),
                "commit notice" => new CommitNotice(Three, LogIndex.Zero),
                _ => Snapshots.Piece(3, "1:a 1:b 1:c 1:d", 0),
            };
            server.Receive(2, message);
        }

        Assert.Empty(server.SentOf<PreVoteRequest>());
    }

    /// <summary>Figure 3.1: granting a vote restarts the election timer.</summary>
    [Fact]
    public void A_follower_that_grants_a_vote_waits_anew()
    {
        var server = new ServerUnderTest(1).Tick(ServerUnderTest.Options.ElectionTicks - 1);
        server.Receive(2, new VoteRequest(Three, EntryId.Zero, LeadershipTransfer: false));
        server.Forget().Tick(ServerUnderTest.Options.ElectionTicks - 1);
        Assert.Empty(server.Sent);

        server.Tick();
        Assert.NotEmpty(server.Sent);
    }

    /// <summary>§3.4: time-outs "are chosen randomly from a fixed interval", so that split votes are rare and soon resolved.</summary>
    [Fact]
    public void Election_time_outs_are_spread_over_the_whole_interval()
    {
        var waits = new SortedSet<int>();
        for (var seed = 0; seed < 200; seed++)
        {
            var core = new RaftCore(
                ServerUnderTest.Options, ServerUnderTest.Node(1), HardState.Initial, new RaftLog(EntryId.Zero, [], LogIndex.Zero), ServerUnderTest.Voters(1, 2, 3), new Random(seed));
            var ticks = 0;
            while (core.Role == RoleKind.Follower)
            {
                core.Tick();
                ticks++;
            }

            waits.Add(ticks);
        }

        var shortest = ServerUnderTest.Options.ElectionTicks;
        Assert.Equal(Enumerable.Range(shortest, shortest), waits);
    }

    /// <summary>Figure 3.1, candidates: "Increment currentTerm; vote for self; reset election timer; send RequestVote RPCs to all other servers".</summary>
    [Fact]
    public void A_candidate_enters_a_new_term_votes_for_itself_and_asks_all_others()
    {
        var server = new ServerUnderTest(1, ServerSetup.InTerm(3, "1:a 3:b")).Stand();

        Assert.Equal(new HardState(Four, server.Id), server.Core.HardState);
        var request = new VoteRequest(Four, new EntryId(new LogIndex(2), Three), LeadershipTransfer: false);
        Assert.Equal(request, server.TheOne<VoteRequest>(to: 2));
        Assert.Equal(request, server.TheOne<VoteRequest>(to: 3));
    }

    /// <summary>§3.4, figure 3.1: term and vote are on stable storage before anyone is asked.</summary>
    [Fact]
    public void A_candidate_asks_nobody_before_its_own_vote_is_durable()
    {
        var server = new ServerUnderTest(1) { HoldsWrites = true };
        server.Stand();
        Assert.Empty(server.SentOf<VoteRequest>());

        server.Persist();
        Assert.Equal(2, server.SentOf<VoteRequest>().Count);
    }

    /// <summary>Figure 3.1: "If votes received from majority of servers: become leader".</summary>
    [Fact]
    public void A_candidate_with_the_votes_of_a_majority_leads()
    {
        var server = new ServerUnderTest(1).Stand();
        server.Receive(2, new VoteResponse(server.Term, Granted: true));

        Assert.Equal(RoleKind.Leader, server.Core.Role);
        Assert.Equal(server.Id, server.Core.Leader);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    [InlineData(6, 3)]
    [InlineData(7, 3)]
    public void A_majority_is_more_than_half(int servers, int votesOfOthersNeeded)
    {
        var server = new ServerUnderTest(1, new ServerSetup { Configuration = ServerUnderTest.Voters([.. Enumerable.Range(1, servers)]) });
        if (votesOfOthersNeeded == 0)
        {
            server.Tick(ServerUnderTest.Options.ElectionTicks);
        }
        else
        {
            server.Stand();
        }

        for (var voter = 2; voter < 2 + votesOfOthersNeeded; voter++)
        {
            Assert.Equal(RoleKind.Candidate, server.Core.Role);
            server.Receive(voter, new VoteResponse(server.Term, Granted: true));
        }

        Assert.Equal(RoleKind.Leader, server.Core.Role);
    }

    [Fact]
    public void The_same_vote_twice_counts_once()
    {
        var server = new ServerUnderTest(1, new ServerSetup { Configuration = ServerUnderTest.Voters(1, 2, 3, 4, 5) }).Stand();
        server.Receive(2, new VoteResponse(server.Term, Granted: true)).Receive(2, new VoteResponse(server.Term, Granted: true));

        Assert.Equal(RoleKind.Candidate, server.Core.Role);
    }

    [Fact]
    public void The_vote_of_a_server_that_is_no_member_does_not_count()
    {
        var server = new ServerUnderTest(1).Stand();
        server.Receive(9, new VoteResponse(server.Term, Granted: true));

        Assert.Equal(RoleKind.Candidate, server.Core.Role);
    }

    [Fact]
    public void A_candidate_that_a_majority_refuses_follows_again()
    {
        var server = new ServerUnderTest(1).Stand();
        server.Receive(2, new VoteResponse(server.Term, Granted: false)).Receive(3, new VoteResponse(server.Term, Granted: false));

        Assert.Equal(RoleKind.Follower, server.Core.Role);
    }

    /// <summary>A single server's own vote is its majority, once it is durable.</summary>
    [Fact]
    public void A_single_server_leads_as_soon_as_its_vote_is_durable()
    {
        var server = new ServerUnderTest(1, new ServerSetup { Configuration = ServerUnderTest.Voters(1) }) { HoldsWrites = true };
        server.Tick(ServerUnderTest.Options.ElectionTicks);
        Assert.Equal(RoleKind.Candidate, server.Core.Role);

        server.Persist();
        Assert.Equal(RoleKind.Leader, server.Core.Role);
    }

    /// <summary>§3.4: "each server will vote for at most one candidate in a given term, on a first-come-first-served basis".</summary>
    [Fact]
    public void A_server_votes_for_one_candidate_in_a_term()
    {
        var server = new ServerUnderTest(1);
        server.Receive(2, new VoteRequest(Three, EntryId.Zero, LeadershipTransfer: false));
        server.Receive(3, new VoteRequest(Three, EntryId.Zero, LeadershipTransfer: false));

        Assert.True(server.TheOne<VoteResponse>(to: 2).Granted);
        Assert.False(server.TheOne<VoteResponse>(to: 3).Granted);
    }

    [Fact]
    public void A_server_answers_the_same_candidate_the_same_again()
    {
        var server = new ServerUnderTest(1);
        server.Receive(2, new VoteRequest(Three, EntryId.Zero, LeadershipTransfer: false)).Forget();
        server.Receive(2, new VoteRequest(Three, EntryId.Zero, LeadershipTransfer: false));

        Assert.True(server.TheOne<VoteResponse>(to: 2).Granted);
    }

    [Fact]
    public void In_a_later_term_a_server_has_a_vote_again()
    {
        var server = new ServerUnderTest(1);
        server.Receive(2, new VoteRequest(Three, EntryId.Zero, LeadershipTransfer: false)).Forget();
        server.Receive(3, new VoteRequest(Four, EntryId.Zero, LeadershipTransfer: false));

        Assert.True(server.TheOne<VoteResponse>(to: 3).Granted);
    }

    /// <summary>Figure 3.1: "Persistent state … updated on stable storage before responding to RPCs".</summary>
    [Fact]
    public void A_vote_leaves_only_when_it_is_durable()
    {
        var server = new ServerUnderTest(1) { HoldsWrites = true };
        server.Receive(2, new VoteRequest(Three, EntryId.Zero, LeadershipTransfer: false));
        Assert.Empty(server.Sent);

        server.Persist();
        Assert.True(server.TheOne<VoteResponse>(to: 2).Granted);
        Assert.Equal(new HardState(Three, ServerUnderTest.Node(2)), server.Disk.HardState);
    }

    /// <summary>§3.4, §3.8: term and vote survive a restart, else a server could vote twice in a term.</summary>
    [Fact]
    public void A_restarted_server_remembers_its_term_and_vote()
    {
        var server = new ServerUnderTest(1);
        server.Receive(2, new VoteRequest(Three, EntryId.Zero, LeadershipTransfer: false)).Restart();
        Assert.Equal(Three, server.Term);

        server.Tick(ServerUnderTest.Options.ElectionTicks - 1).Tick().Forget();
        server.Receive(3, new VoteRequest(Three, EntryId.Zero, LeadershipTransfer: false));
        Assert.False(server.TheOne<VoteResponse>(to: 3).Granted);
    }

    [Fact]
    public void A_vote_that_was_not_durable_was_not_given()
    {
        var server = new ServerUnderTest(1) { HoldsWrites = true };
        server.Receive(2, new VoteRequest(Three, EntryId.Zero, LeadershipTransfer: false)).Restart();
        Assert.Equal(Term.Zero, server.Term);

        server.Receive(3, new VoteRequest(Three, EntryId.Zero, LeadershipTransfer: false)).Persist();
        Assert.True(server.TheOne<VoteResponse>(to: 3).Granted);
    }

    /// <summary>Figure 3.1, RequestVote step 1: "Reply false if term &lt; currentTerm".</summary>
    [Fact]
    public void A_request_of_an_earlier_term_is_refused_with_the_current_one()
    {
        var server = new ServerUnderTest(1, ServerSetup.InTerm(4)).Tick(ServerUnderTest.Options.ElectionTicks - 1);
        server.Receive(2, new VoteRequest(Three, EntryId.Zero, LeadershipTransfer: false));

        Assert.Equal(new VoteResponse(Four, Granted: false), server.TheOne<VoteResponse>(to: 2));
    }

    /// <summary>§3.3: "If one server's current term is smaller than the other's, then it updates its current term to the larger value."</summary>
    [Theory]
    [InlineData("vote response")]
    [InlineData("append accepted")]
    [InlineData("heartbeat response")]
    [InlineData("refused pre-vote")]
    [InlineData("heartbeat")]
    public void Whoever_sees_a_later_term_follows_in_it(string what)
    {
        var leader = Clusters.LeaderOfThree();
        RaftMessage message = what switch
        {
            "vote response" => new VoteResponse(Three, Granted: false),
            "append accepted" => new AppendEntriesAccepted(Three, new LogIndex(1)),
            "heartbeat response" => new HeartbeatResponse(Three, 0, LogIndex.Zero, StateHashMark.None, CanPersist: true),
            "refused pre-vote" => new PreVoteResponse(Three, Granted: false),
            _ => new HeartbeatRequest(Three, LogIndex.Zero, 1, StateHashMark.None),
        };
        leader.Receive(2, message);

        Assert.Equal((RoleKind.Follower, Three), (leader.Core.Role, leader.Term));
        Assert.Equal(what == "heartbeat" ? ServerUnderTest.Node(2) : NodeId.None, leader.Core.Leader);
    }

    /// <summary>§3.3: "If a server receives a request with a stale term number, it rejects the request", and the sender learns of the later term.</summary>
    [Theory]
    [InlineData("append")]
    [InlineData("heartbeat")]
    [InlineData("snapshot")]
    public void A_deposed_leader_learns_so_from_the_answer(string what)
    {
        var server = new ServerUnderTest(1, ServerSetup.InTerm(4, "1:a"));
        RaftMessage message = what switch
        {
            "append" => new AppendEntriesRequest(Three, EntryId.Zero, new EntryBatch(ServerUnderTest.EntriesOf("3:x")), LogIndex.Zero),
            "heartbeat" => new HeartbeatRequest(Three, LogIndex.Zero, 7, StateHashMark.None),
            _ => Snapshots.Piece(3, "1:a 1:b 1:c", 0),
        };
        server.Receive(2, message);

        Assert.Equal(Four, Assert.Single(server.Sent).Message.Term);
        Assert.Equal("1:a", server.LogText);
        Assert.Equal(NodeId.None, server.Core.Leader);
    }

    /// <summary>§3.4: a candidate that hears from "another server claiming to be leader" of its term "recognizes the leader as legitimate and returns to follower state".</summary>
    [Fact]
    public void A_candidate_gives_way_to_the_leader_of_its_term()
    {
        var server = new ServerUnderTest(1).Stand();
        server.Receive(2, new HeartbeatRequest(server.Term, LogIndex.Zero, 1, StateHashMark.None));

        Assert.Equal((RoleKind.Follower, ServerUnderTest.Node(2)), (server.Core.Role, server.Core.Leader));
    }

    [Fact]
    public void A_candidate_takes_no_notice_of_a_leader_of_an_earlier_term()
    {
        var server = new ServerUnderTest(1, ServerSetup.InTerm(3)).Stand();
        server.Receive(2, new HeartbeatRequest(Three, LogIndex.Zero, 1, StateHashMark.None));

        Assert.Equal(RoleKind.Candidate, server.Core.Role);
    }

    /// <summary>§3.4: after a split vote "each candidate will time out and start a new election".</summary>
    [Fact]
    public void After_a_split_vote_a_candidate_stands_again_in_a_later_term()
    {
        var server = new ServerUnderTest(1, new ServerSetup { Configuration = ServerUnderTest.Voters(1, 2, 3, 4) }).Stand();
        server.Receive(2, new VoteResponse(server.Term, Granted: true)).Receive(3, new VoteResponse(server.Term, Granted: false)).Forget();
        server.Tick(2 * ServerUnderTest.Options.ElectionTicks);

        Assert.NotEmpty(server.SentOf<PreVoteRequest>());
        Assert.Equal(new Term(2), server.SentOf<PreVoteRequest>()[0].Term);
    }

    /// <summary>§3.4: a new leader "sends heartbeat messages to all of the other servers to establish its authority".</summary>
    [Fact]
    public void A_new_leader_announces_itself_at_once_and_goes_on_doing_so()
    {
        var leader = Clusters.NewLeaderOfThree();
        Assert.NotNull(leader.TheOne<HeartbeatRequest>(to: 2));

        leader.Forget().Tick(ServerUnderTest.Options.HeartbeatTicks);
        Assert.NotNull(leader.TheOne<HeartbeatRequest>(to: 2));
        Assert.NotNull(leader.TheOne<HeartbeatRequest>(to: 3));
    }

    [Fact]
    public void Votes_that_come_after_the_election_change_nothing()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Receive(3, new VoteResponse(leader.Term, Granted: false)).Receive(2, new VoteResponse(leader.Term, Granted: false));

        Assert.Equal(RoleKind.Leader, leader.Core.Role);
    }

    /// <summary>Two leaders in one term would mean that this program is wrong: it stops.</summary>
    [Fact]
    public void A_second_leader_in_the_same_term_stops_the_server()
    {
        var leader = Clusters.LeaderOfThree();
        Assert.Throws<InvariantViolationException>(() => leader.Receive(2, new HeartbeatRequest(leader.Term, LogIndex.Zero, 1, StateHashMark.None)));

        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(3));
        Assert.Throws<InvariantViolationException>(() => follower.Receive(3, new HeartbeatRequest(Three, LogIndex.Zero, 1, StateHashMark.None)));
    }

    [Fact]
    public void A_server_that_cannot_stand_forgets_a_leader_that_it_no_longer_hears_from()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(3));
        follower.Do(driver => driver.OnJournalStalled()).Tick(2 * ServerUnderTest.Options.ElectionTicks).Propose("a");

        Assert.Equal(NodeId.None, follower.Core.Leader);
        Assert.Equal([("a", ProposalRefusal.NotLeader)], follower.Refused);
    }

    /// <summary>§4.2.1: learners do not vote and do not stand.</summary>
    [Fact]
    public void A_learner_neither_stands_nor_counts()
    {
        var members = Enumerable.Range(1, 3).Select(number => new Keva.Raft.Membership.Member(ServerUnderTest.Node(number), "", "", "")).ToArray();
        var configuration = Keva.Raft.Membership.ClusterConfiguration.Create(members, [members[1].Id, members[2].Id], learners: [members[0].Id]);
        var learner = new ServerUnderTest(1, new ServerSetup { Configuration = configuration }).Tick(100);
        Assert.Empty(learner.Sent);

        var voter = new ServerUnderTest(2, new ServerSetup { Configuration = configuration });
        voter.Stand();
        voter.Receive(1, new VoteResponse(voter.Term, Granted: true));
        Assert.Equal(RoleKind.Candidate, voter.Core.Role);
        Assert.Empty(voter.SentOf<VoteRequest>(to: 1));
    }
}
