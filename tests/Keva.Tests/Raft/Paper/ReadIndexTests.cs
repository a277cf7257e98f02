using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Messages;
using Keva.Raft.Roles;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Paper;

/// <summary>§6.4: read-only queries through the read index, by its steps.</summary>
public sealed class ReadIndexTests
{
    /// <summary>Step 1: "If the leader has not yet marked an entry from its current term committed, it waits until it has done so."</summary>
    [Fact]
    public void A_new_leader_confirms_no_read_before_an_entry_of_its_term_is_committed()
    {
        var leader = Clusters.NewLeaderOfThree(ServerSetup.InTerm(3, "1:a"));
        leader.Read();
        leader.Tick(ServerUnderTest.Options.HeartbeatTicks).AnswerHeartbeats(2).AnswerHeartbeats(3);
        Assert.Empty(leader.Reads);

        leader.AnswerAppends(2).AnswerHeartbeats(2);
        Assert.Equal([new ConfirmedRead(1, new LogIndex(2))], leader.Reads);
    }

    /// <summary>Step 2: the read index is the commit index as of the request or later.</summary>
    [Fact]
    public void The_read_index_is_the_commit_index_when_the_round_begins()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Propose("a").AnswerAppends(2);
        leader.Read();
        leader.Propose("b").AnswerAppends(2).AnswerHeartbeats(2);

        Assert.Equal([new ConfirmedRead(1, new LogIndex(2))], leader.Reads);
    }

    /// <summary>Step 3: the leader "issues a new round of heartbeats and waits for their acknowledgments from a majority".</summary>
    [Fact]
    public void A_read_waits_for_a_round_of_heartbeats_that_began_after_it()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Tick(ServerUnderTest.Options.HeartbeatTicks);
        var earlier = leader.SentOf<HeartbeatRequest>(2)[^1].Round;
        leader.Read();
        var own = leader.SentOf<HeartbeatRequest>(2)[^1].Round;
        Assert.True(own > earlier);

        leader.Receive(2, new HeartbeatResponse(leader.Term, earlier, LogIndex.Zero, StateHashMark.None, CanPersist: true));
        Assert.Empty(leader.Reads);
        leader.Receive(2, new HeartbeatResponse(leader.Term, own, LogIndex.Zero, StateHashMark.None, CanPersist: true));
        Assert.Single(leader.Reads);
    }

    [Fact]
    public void A_read_needs_a_majority_of_the_voters()
    {
        var leader = Clusters.NewLeaderOfThree(new ServerSetup { Configuration = ServerUnderTest.Voters(1, 2, 3, 4, 5) });
        leader.AnswerAppends(2).AnswerAppends(3);
        leader.Read();
        leader.AnswerHeartbeats(2);
        Assert.Empty(leader.Reads);

        leader.AnswerHeartbeats(5);
        Assert.Single(leader.Reads);
    }

    [Fact]
    public void A_follower_whose_disk_is_full_confirms_a_read_all_the_same()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Read();
        leader.AnswerHeartbeats(2, canPersist: false);

        Assert.Single(leader.Reads);
    }

    /// <summary>§6.4: "the leader can use a single round of heartbeat messages for any number of read-only queries".</summary>
    [Fact]
    public void Reads_that_arrive_while_rounds_are_under_way_share_the_next()
    {
        var leader = Clusters.LeaderOfThree();
        for (var i = 0; i < 10; i++)
        {
            leader.Read();
        }

        Assert.Equal(2, leader.SentOf<HeartbeatRequest>(to: 2).Count);
        leader.AnswerHeartbeats(2);
        Assert.Equal(2, leader.Reads.Count);
        leader.AnswerHeartbeats(2);
        Assert.Equal(10, leader.Reads.Count);
    }

    [Fact]
    public void A_single_server_confirms_its_reads_itself_once_it_has_committed_in_its_term()
    {
        var server = new ServerUnderTest(1, new ServerSetup { Configuration = ServerUnderTest.Voters(1) });
        server.Tick(ServerUnderTest.Options.ElectionTicks).Propose("a");
        server.Read();

        Assert.Equal([new ConfirmedRead(1, new LogIndex(2))], server.Reads);
    }

    /// <summary>§6.4: "Followers could help offload the processing of read-only queries": the leader runs steps 1–3 for them.</summary>
    [Fact]
    public void A_follower_asks_its_leader_and_serves_the_read_itself()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(1));
        follower.Read();
        Assert.Equal(new ReadIndexRequest(new Term(1), 1), follower.TheOne<ReadIndexRequest>(to: 2));

        follower.Receive(2, new ReadIndexResponse(new Term(1), 1, new LogIndex(7), Confirmed: true));
        Assert.Equal([new ConfirmedRead(1, new LogIndex(7))], follower.Reads);
    }

    [Fact]
    public void A_leader_confirms_a_followers_read_as_it_does_its_own()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Receive(2, new ReadIndexRequest(new Term(1), 42));
        Assert.Empty(leader.SentOf<ReadIndexResponse>());

        leader.AnswerHeartbeats(3);
        Assert.Equal(new ReadIndexResponse(new Term(1), 42, new LogIndex(1), Confirmed: true), leader.TheOne<ReadIndexResponse>(to: 2));
    }

    [Fact]
    public void Who_does_not_lead_confirms_nothing()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(3));
        follower.Receive(3, new ReadIndexRequest(new Term(3), 42)).Receive(3, new ReadIndexRequest(new Term(2), 43));

        Assert.All(follower.SentOf<ReadIndexResponse>(), answer => Assert.False(answer.Confirmed));
        Assert.Equal(2, follower.SentOf<ReadIndexResponse>().Count);
    }

    [Fact]
    public void A_leader_that_is_deposed_confirms_nothing_any_more()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Read();
        var round = leader.SentOf<HeartbeatRequest>(2)[^1].Round;
        leader.Receive(3, new HeartbeatRequest(new Term(2), LogIndex.Zero, 1, StateHashMark.None));
        leader.Receive(2, new HeartbeatResponse(new Term(1), round, LogIndex.Zero, StateHashMark.None, CanPersist: true));

        Assert.Empty(leader.Reads);
    }

    [Fact]
    public void A_read_outlives_its_leader_and_is_asked_of_the_next()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(1));
        follower.Read();
        follower.Forget().Receive(3, new HeartbeatRequest(new Term(2), LogIndex.Zero, 1, StateHashMark.None));

        Assert.Equal(new ReadIndexRequest(new Term(2), 1), follower.TheOne<ReadIndexRequest>(to: 3));
    }

    [Fact]
    public void A_read_that_no_leader_could_be_asked_for_is_confirmed_by_this_server_once_it_leads()
    {
        var server = new ServerUnderTest(1);
        server.Read();
        server.Elect().AnswerAppends(2).AnswerHeartbeats(2);

        Assert.Equal([new ConfirmedRead(1, new LogIndex(1))], server.Reads);
    }

    [Fact]
    public void An_answer_of_an_earlier_term_confirms_nothing()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(3));
        follower.Read();
        follower.Receive(2, new ReadIndexResponse(new Term(2), 1, new LogIndex(7), Confirmed: true));

        Assert.Empty(follower.Reads);
    }

    [Fact]
    public void A_request_that_may_have_been_lost_is_repeated()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(1));
        follower.Read();
        follower.Forget().Tick(ServerUnderTest.Options.HeartbeatTicks);

        Assert.NotNull(follower.TheOne<ReadIndexRequest>(to: 2));
    }

    [Fact]
    public void An_answer_that_comes_twice_confirms_once()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(1));
        follower.Read();
        var answer = new ReadIndexResponse(new Term(1), 1, new LogIndex(7), Confirmed: true);
        follower.Receive(2, answer).Receive(2, answer);

        Assert.Single(follower.Reads);
    }

    [Fact]
    public void A_read_that_nobody_confirms_is_forgotten_after_a_while()
    {
        var server = new ServerUnderTest(1, new ServerSetup { Options = ServerUnderTest.Options with { ReadTimeoutTicks = 5 } });
        server.Read();
        server.Tick(6).Elect().AnswerAppends(2).AnswerHeartbeats(2);

        Assert.Equal(RoleKind.Leader, server.Core.Role);
        Assert.Empty(server.Reads);
    }

    /// <summary>A restarted server counts its reads from the start: what the leader still answers is not meant for them.</summary>
    [Fact]
    public void An_answer_to_what_was_asked_before_a_restart_confirms_no_later_read()
    {
        var before = CoreOf(seed: 1);
        before.RequestRead(1, lease: false);
        var asked = ReadIndexRequestOf(before);

        var after = CoreOf(seed: 2);
        after.RequestRead(1, lease: false);
        Assert.NotEqual(asked, ReadIndexRequestOf(after));
        after.Step(ServerUnderTest.Node(2), new ReadIndexResponse(new Term(1), asked, new LogIndex(7), Confirmed: true));
        Assert.Empty(after.TakeReady(0).Reads);

        static RaftCore CoreOf(int seed)
        {
            var core = new RaftCore(
                ServerUnderTest.Options, ServerUnderTest.Node(1), HardState.Initial, new RaftLog(EntryId.Zero, [], LogIndex.Zero), ServerUnderTest.Voters(1, 2, 3), new Random(seed));
            core.Step(ServerUnderTest.Node(2), new HeartbeatRequest(new Term(1), LogIndex.Zero, 1, StateHashMark.None));
            return core;
        }

        static long ReadIndexRequestOf(RaftCore core) =>
            core.TakeReady(0).Messages.Select(outgoing => outgoing.Message).OfType<ReadIndexRequest>().Single().ReadId;
    }
}
