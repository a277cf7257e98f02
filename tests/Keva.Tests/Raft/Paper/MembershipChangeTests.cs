using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Log;
using Keva.Raft.Membership;
using Keva.Raft.Messages;
using Keva.Raft.Roles;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Paper;

/// <summary>Chapter 4: cluster membership changes, through joint consensus where the voters change (§4.3).</summary>
public sealed class MembershipChangeTests
{
    /// <summary>§4.2.1: "non-voting members … the leader replicates log entries to it, but it is not yet counted towards majorities".</summary>
    [Fact]
    public void A_learner_gets_the_log_and_counts_in_no_majority()
    {
        var leader = Clusters.LeaderOfThree();
        Assert.Equal(ConfigurationRefusal.None, Change(leader, ConfigurationChange.ToPut(MemberOf(4))));

        Assert.False(leader.Core.Configuration.IsJoint);
        Assert.Contains(leader.SentOf<AppendEntriesRequest>(4), request => request.Term == leader.Term);
        Accept(leader, from: 4);
        Assert.False(leader.Core.IsConfigurationCommitted);

        Accept(leader, from: 2);
        Assert.True(leader.Core.IsConfigurationCommitted);
    }

    [Fact]
    public void The_first_configuration_is_written_into_the_log_once_when_that_is_asked_for()
    {
        var leader = Clusters.LeaderOfThree();
        var first = leader.Core.Configuration;
        Assert.False(leader.Core.IsConfigurationInLog);

        Assert.Equal(ConfigurationRefusal.None, Change(leader, ConfigurationChange.ToWriteDown));
        Assert.True(leader.Core.IsConfigurationInLog);
        Assert.Equal(first, leader.Core.Configuration);

        var end = leader.Core.Log.LastIndex;
        Accept(leader, from: 2);
        Assert.Equal(ConfigurationRefusal.None, Change(leader, ConfigurationChange.ToWriteDown));
        Assert.Equal(end, leader.Core.Log.LastIndex);
    }

    /// <summary>§4.1: "A server always uses the latest configuration in its log, regardless of whether the entry is committed".</summary>
    [Fact]
    public void A_follower_uses_a_configuration_as_soon_as_it_is_in_its_log_and_the_one_before_when_it_is_removed()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(1, "1:a"));
        var larger = ServerUnderTest.Voters(1, 2, 3, 4);
        follower.Receive(2, AppendOf(1, after: new EntryId(new LogIndex(1), new Term(1)), larger));
        Assert.Equal(larger, follower.Core.Configuration);
        Assert.False(follower.Core.IsConfigurationCommitted);

        follower.Receive(3, new AppendEntriesRequest(
            new Term(2), new EntryId(new LogIndex(1), new Term(1)), new EntryBatch(ServerUnderTest.EntriesOf("2:-", first: 2)), LogIndex.Zero));
        Assert.Equal(ServerUnderTest.Voters(1, 2, 3), follower.Core.Configuration);
    }

    [Fact]
    public void A_restarted_server_uses_the_latest_configuration_in_its_log()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(1, "1:a"));
        var larger = ServerUnderTest.Voters(1, 2, 3, 4);
        follower.Receive(2, AppendOf(1, after: new EntryId(new LogIndex(1), new Term(1)), larger)).Restart();
        Assert.Equal(larger, follower.Core.Configuration);
    }

    /// <summary>§4.3: "Agreement (for elections and entry commitment) requires majorities from both the old and new configurations".</summary>
    [Fact]
    public void While_two_configurations_overlap_both_majorities_must_agree()
    {
        var leader = LeaderWithLearners(4, 5);
        Assert.Equal(ConfigurationRefusal.None, Change(leader, new ConfigurationChange([], [Node(4), Node(5)], [Node(2), Node(3)])));
        Assert.True(leader.Core.Configuration.IsJoint);

        // Of the old voters 1, 2, 3 only the leader, of the new 1, 4, 5 all: no majority of the old.
        Accept(leader, from: 4);
        Accept(leader, from: 5);
        Assert.True(leader.Core.Configuration.IsJoint);
        Assert.False(leader.Core.IsConfigurationCommitted);

        Accept(leader, from: 3);
        Assert.False(leader.Core.Configuration.IsJoint);
        Assert.Equal([Node(1), Node(4), Node(5)], leader.Core.Configuration.Voters.ToArray());
    }

    /// <summary>§4.3: "Once C_old,new has been committed … the leader can create a log entry describing C_new".</summary>
    [Fact]
    public void The_new_configuration_alone_commits_itself()
    {
        var leader = LeaderWithLearners(4, 5);
        Change(leader, new ConfigurationChange([], [Node(4), Node(5)], [Node(2), Node(3)]));
        Accept(leader, from: 2);
        Accept(leader, from: 4);
        Assert.False(leader.Core.Configuration.IsJoint);
        Assert.False(leader.Core.IsConfigurationCommitted);

        Accept(leader, from: 2);
        Accept(leader, from: 3);
        Assert.False(leader.Core.IsConfigurationCommitted);
        Accept(leader, from: 5);
        Assert.True(leader.Core.IsConfigurationCommitted);
    }

    /// <summary>§4.1: one change at a time; the next begins only when the one before is committed.</summary>
    [Fact]
    public void No_change_begins_before_the_last_one_is_complete()
    {
        var leader = Clusters.LeaderOfThree();
        Change(leader, ConfigurationChange.ToPut(MemberOf(4)));
        Assert.Equal(ConfigurationRefusal.ChangeUnderWay, Change(leader, ConfigurationChange.ToPut(MemberOf(5))));

        Accept(leader, from: 2);
        Assert.Equal(ConfigurationRefusal.None, Change(leader, ConfigurationChange.ToPut(MemberOf(5))));
    }

    /// <summary>A leader that has not committed in its term does not know whether its predecessor's change is complete.</summary>
    [Fact]
    public void A_new_leader_begins_no_change_before_it_has_committed_an_entry_of_its_term()
    {
        var leader = Clusters.NewLeaderOfThree();
        Assert.Equal(ConfigurationRefusal.ChangeUnderWay, Change(leader, ConfigurationChange.ToPut(MemberOf(4))));
        leader.AnswerAppends(2);
        Assert.Equal(ConfigurationRefusal.None, Change(leader, ConfigurationChange.ToPut(MemberOf(4))));
    }

    /// <summary>§4.3: a joint configuration is completed by whoever leads next.</summary>
    [Fact]
    public void The_next_leader_completes_a_change_that_it_finds_in_its_log()
    {
        var server = Clusters.FollowerOf2(ServerSetup.InTerm(1));
        var joint = ServerUnderTest.Voters(1, 3, 4).JointlyWith(ServerUnderTest.Voters(1, 2, 3));
        server.Receive(2, AppendOf(1, EntryId.Zero, joint));
        server.Elect();
        Assert.True(server.Core.Configuration.IsJoint);

        Accept(server, from: 3);
        Assert.Equal(ServerUnderTest.Voters(1, 3, 4), server.Core.Configuration);
    }

    /// <summary>§4.3: "elections … requires majorities from both the old and new configurations".</summary>
    [Fact]
    public void A_candidate_in_a_joint_configuration_needs_both_majorities()
    {
        var server = Clusters.FollowerOf2(ServerSetup.InTerm(1));
        var joint = ServerUnderTest.Voters(1, 4, 5).JointlyWith(ServerUnderTest.Voters(1, 2, 3));
        server.Receive(2, AppendOf(1, EntryId.Zero, joint)).Tick(20);
        foreach (var voter in new[] { 2, 3, 4, 5 })
        {
            server.Receive(voter, new PreVoteResponse(server.Term.Next(), Granted: true));
        }

        server.Receive(4, new VoteResponse(server.Term, Granted: true)).Receive(5, new VoteResponse(server.Term, Granted: true));
        Assert.Equal(RoleKind.Candidate, server.Core.Role);

        server.Receive(3, new VoteResponse(server.Term, Granted: true));
        Assert.Equal(RoleKind.Leader, server.Core.Role);
    }

    /// <summary>§4.2.2: "it steps down once the configuration entry is committed"; until then it leads without counting itself.</summary>
    [Fact]
    public void A_leader_that_is_removed_leads_until_that_is_committed_and_does_not_count_itself()
    {
        var leader = Clusters.LeaderOfThree();
        Change(leader, ConfigurationChange.ToRemove(Node(1)));
        Accept(leader, from: 2);
        Accept(leader, from: 3);
        Assert.Equal(ServerUnderTest.Voters(2, 3), leader.Core.Configuration);

        Accept(leader, from: 2);
        Assert.True(leader.Driver.IsLeader);
        leader.Forget();
        Accept(leader, from: 3);
        Assert.False(leader.Driver.IsLeader);
        Assert.NotEmpty(leader.SentOf<TimeoutNow>());
        Assert.Contains(leader.SentOf<CommitNotice>(3), notice => notice.CommitIndex == leader.Log.LastIndex);

        leader.Tick(40);
        Assert.Equal(RoleKind.Follower, leader.Core.Role);
    }

    /// <summary>§4.2.2: others should not have to wait for an election time-out; and under load nobody is ever at the end of the log.</summary>
    [Fact]
    public void A_leader_that_is_removed_under_load_asks_another_to_stand_all_the_same()
    {
        var leader = Clusters.LeaderOfThree();
        Change(leader, ConfigurationChange.ToRemove(Node(1)));
        Accept(leader, from: 2);
        Accept(leader, from: 3);
        var removal = leader.Log.LastIndex;
        leader.Propose("a").Forget();
        Assert.True(leader.Log.LastIndex > removal);

        leader.Receive(2, new AppendEntriesAccepted(leader.Term, removal)).Receive(3, new AppendEntriesAccepted(leader.Term, removal));
        Assert.False(leader.Driver.IsLeader);
        Assert.Single(leader.SentOf<TimeoutNow>());
    }

    /// <summary>§4.2.2: without hearing of it, a removed server would disturb the cluster.</summary>
    [Fact]
    public void A_removed_member_is_told_and_then_left_alone()
    {
        var leader = Clusters.LeaderOfThree();
        Change(leader, ConfigurationChange.ToRemove(Node(3)));
        Accept(leader, from: 2);
        Accept(leader, from: 2);
        Assert.True(leader.Core.IsConfigurationCommitted);

        Accept(leader, from: 3);
        Assert.Contains(leader.SentOf<RaftMessage>(3), message => CommitOf(message) == leader.Log.LastIndex);
        leader.Tick(2).Forget().Tick(4);
        Assert.Empty(leader.SentOf<RaftMessage>(3));
    }

    [Fact]
    public void A_removed_member_that_never_answers_is_given_up()
    {
        var leader = Clusters.LeaderOfThree();
        Change(leader, ConfigurationChange.ToRemove(Node(3)));
        Accept(leader, from: 2);
        Accept(leader, from: 2);
        for (var tick = 0; tick < 3 * ServerUnderTest.Options.ElectionTicks; tick++)
        {
            leader.Tick().AnswerHeartbeats(2);
        }

        Assert.True(leader.Driver.IsLeader);
        leader.Forget().Tick(4);
        Assert.Empty(leader.SentOf<RaftMessage>(3));
        Assert.NotEmpty(leader.SentOf<HeartbeatRequest>(2));
    }

    /// <summary>§4.2.1 and §4.2.3: who does not vote does not stand, and neither does who was removed.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_is_no_voter_never_stands(bool isLearner)
    {
        var server = Clusters.FollowerOf2(ServerSetup.InTerm(1));
        Member[] members = isLearner ? [MemberOf(1), MemberOf(2), MemberOf(3)] : [MemberOf(2), MemberOf(3)];
        var configuration = ClusterConfiguration.Create(members, [Node(2), Node(3)], learners: isLearner ? [Node(1)] : []);
        server.Receive(2, AppendOf(1, EntryId.Zero, configuration)).Receive(2, new CommitNotice(new Term(1), new LogIndex(1))).Tick(100);
        Assert.Equal(RoleKind.Follower, server.Core.Role);
        Assert.Equal(new Term(1), server.Term);
    }

    /// <summary>
    /// §4.2.2: "a server that is not part of its own latest configuration should still start new elections, as it might still
    /// be needed until the C_new entry is committed. It does not count its own vote".
    /// </summary>
    [Fact]
    public void Who_is_being_removed_stands_until_that_is_committed_and_does_not_count_its_own_vote()
    {
        var server = Clusters.FollowerOf2(ServerSetup.InTerm(1));
        server.Receive(2, AppendOf(1, EntryId.Zero, ServerUnderTest.Voters(2, 3))).Tick(20);
        Assert.Equal(RoleKind.PreCandidate, server.Core.Role);
        server.Receive(2, new PreVoteResponse(server.Term.Next(), Granted: true));
        Assert.Equal(RoleKind.PreCandidate, server.Core.Role);
        server.Receive(3, new PreVoteResponse(server.Term.Next(), Granted: true));
        Assert.Equal(RoleKind.Candidate, server.Core.Role);
    }

    [Fact]
    public void Other_addresses_need_no_joint_configuration()
    {
        var leader = Clusters.LeaderOfThree();
        Change(leader, ConfigurationChange.ToPut(MemberOf(2) with { PeerAddress = "elsewhere:1" }));
        Assert.False(leader.Core.Configuration.IsJoint);
        Assert.Equal("elsewhere:1", leader.Core.Configuration.Find(Node(2))!.PeerAddress);
        Assert.True(leader.Core.Configuration.IsVoter(Node(2)));
    }

    [Fact]
    public void A_change_that_makes_no_sense_is_refused_with_the_reason()
    {
        var leader = Clusters.LeaderOfThree();
        AssertInvalid(ConfigurationChange.ToRemove(Node(9)), "is not a member");
        AssertInvalid(new ConfigurationChange([], [], [Node(1), Node(2), Node(3)]), "no voter would be left");
        AssertInvalid(ConfigurationChange.ToPut(MemberOf(4) with { Name = "n2" }), "is called 'n2' already");
        Assert.Equal(ServerUnderTest.Voters(1, 2, 3), leader.Core.Configuration);

        void AssertInvalid(ConfigurationChange change, string reason)
        {
            Assert.Equal(ConfigurationRefusal.Invalid, leader.Driver.ChangeConfiguration(change, out var problem));
            Assert.Contains(reason, problem, StringComparison.Ordinal);
        }
    }

    /// <summary>A member whose data was lost comes back with another id and takes the name of its old entry, in one step.</summary>
    [Fact]
    public void A_member_is_replaced_by_one_of_the_same_name_in_one_change()
    {
        var leader = Clusters.LeaderOfThree();
        Change(leader, new ConfigurationChange([MemberOf(7) with { Name = "n3" }], [], [Node(3)]));
        Accept(leader, from: 2);
        Assert.Equal([Node(1), Node(2)], leader.Core.Configuration.Voters.ToArray());
        Assert.Equal([Node(7)], leader.Core.Configuration.Learners.ToArray());
        Assert.Null(leader.Core.Configuration.Find(Node(3)));
    }

    [Fact]
    public void A_change_is_refused_by_who_does_not_lead() =>
        Assert.Equal(ConfigurationRefusal.NotLeader, Change(Clusters.FollowerOf2(ServerSetup.InTerm(1)), ConfigurationChange.ToRemove(Node(3))));

    /// <summary>A trim keeps the configuration that was in force where the log begins from then on.</summary>
    [Fact]
    public void The_configuration_outlives_the_entry_that_brought_it()
    {
        var leader = Clusters.LeaderOfThree(ServerUnderTest.Options with { RetainedLogEntries = 0, RetainedLogBytes = 0, RetainedLogBytesForFollowers = 0 });
        Change(leader, ConfigurationChange.ToPut(MemberOf(4)));
        Accept(leader, from: 2);
        leader.Propose("a");
        Accept(leader, from: 2);
        var wanted = leader.Core.Configuration;
        leader.Machine.TakeCheckpoint();
        leader.Settle();
        Assert.True(leader.Log.Start.Index > new LogIndex(2));
        Assert.Equal(wanted, leader.Core.Configuration);
        Assert.Equal(wanted, leader.Restart().Core.Configuration);
    }

    private static NodeId Node(int number) => ServerUnderTest.Node(number);

    private static Member MemberOf(int number) => new(Node(number), $"n{number}", "", "");

    private static ConfigurationRefusal Change(ServerUnderTest leader, ConfigurationChange change)
    {
        var refusal = ConfigurationRefusal.None;
        leader.Do(driver => refusal = driver.ChangeConfiguration(change, out _));
        return refusal;
    }

    private static ServerUnderTest LeaderWithLearners(params int[] learners)
    {
        var leader = Clusters.LeaderOfThree();
        Change(leader, new ConfigurationChange([.. learners.Select(MemberOf)], [], []));
        Accept(leader, from: 2);
        foreach (var learner in learners)
        {
            Accept(leader, learner);
        }

        return leader.Forget();
    }

    /// <summary>The server acknowledges all that the leader's log holds.</summary>
    private static void Accept(ServerUnderTest leader, int from) =>
        leader.Receive(from, new AppendEntriesAccepted(leader.Term, leader.Log.LastIndex));

    private static LogIndex CommitOf(RaftMessage message) => message switch
    {
        CommitNotice notice => notice.CommitIndex,
        HeartbeatRequest heartbeat => heartbeat.CommitIndex,
        AppendEntriesRequest append => append.CommitIndex,
        _ => LogIndex.Zero,
    };

    private static AppendEntriesRequest AppendOf(long term, EntryId after, ClusterConfiguration configuration)
    {
        var entry = new LogEntry(after.Index.Next(), new Term(term), EntryKind.Configuration, ClusterConfigurationCodec.Encode(configuration));
        return new AppendEntriesRequest(new Term(term), after, new EntryBatch([entry]), LogIndex.Zero);
    }
}
