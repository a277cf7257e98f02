using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Membership;
using Keva.Raft.Messages;
using Keva.Raft.Roles;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Driver;

/// <summary>Any server takes a request to change the configuration, and sees it through.</summary>
public sealed class ConfigurationRequestTests
{
    private static readonly ConfigurationChange WithoutThree = ConfigurationChange.ToRemove(ServerUnderTest.Node(3));

    [Fact]
    public void A_follower_puts_the_request_to_the_leader_and_the_answer_alone_does_not_end_it()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(3));
        follower.Do(driver => driver.RequestChange(7, WithoutThree));
        var request = follower.TheOne<ForwardChange>(to: 2);
        Assert.Equal((new Term(3), 7L, WithoutThree), (request.Term, request.RequestId, request.Change));

        follower.Receive(2, new ForwardChangeAnswer(new Term(3), 7, ConfigurationRefusal.None, "", IsComplete: false));
        Assert.Empty(follower.EndedChanges);
    }

    [Fact]
    public void A_request_ends_when_the_wanted_configuration_is_committed_here()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(3));
        follower.Do(driver => driver.RequestChange(7, WithoutThree));
        var entry = new LogEntry(
            new LogIndex(1), new Term(3), EntryKind.Configuration, ClusterConfigurationCodec.Encode(ServerUnderTest.Voters(1, 2)));
        follower.Receive(2, new AppendEntriesRequest(new Term(3), EntryId.Zero, new EntryBatch([entry]), LogIndex.Zero));
        Assert.Empty(follower.EndedChanges);

        follower.Receive(2, new CommitNotice(new Term(3), new LogIndex(1)));
        Assert.Equal([(7, ConfigurationRefusal.None, "")], follower.EndedChanges);
    }

    [Fact]
    public void A_removed_server_that_missed_the_entry_learns_from_the_answer_that_it_is_done()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(3));
        follower.Do(driver => driver.RequestChange(7, ConfigurationChange.ToRemove(follower.Id)));
        follower.Receive(2, new ForwardChangeAnswer(new Term(3), 7, ConfigurationRefusal.None, "", IsComplete: true));

        Assert.Equal([(7, ConfigurationRefusal.None, "")], follower.EndedChanges);
    }

    [Fact]
    public void The_leader_begins_a_forwarded_change_once_and_says_when_it_is_complete()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Receive(2, new ForwardChange(leader.Term, 7, WithoutThree));
        Assert.Equal((ConfigurationRefusal.None, false), Answer(leader));
        Assert.True(leader.Core.Configuration.IsJoint);

        leader.TakeSent();
        leader.Receive(2, new ForwardChange(leader.Term, 7, WithoutThree));
        Assert.Equal((ConfigurationRefusal.ChangeUnderWay, false), Answer(leader));

        leader.Receive(2, new AppendEntriesAccepted(leader.Term, leader.Log.LastIndex));
        leader.Receive(2, new AppendEntriesAccepted(leader.Term, leader.Log.LastIndex));
        leader.TakeSent();
        var last = leader.Log.LastIndex;
        leader.Receive(2, new ForwardChange(leader.Term, 7, WithoutThree));
        Assert.Equal((ConfigurationRefusal.None, true), Answer(leader));
        Assert.Equal(last, leader.Log.LastIndex);
    }

    [Fact]
    public void A_request_is_put_to_the_next_leader_when_the_first_is_gone()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(3));
        follower.Do(driver => driver.RequestChange(7, WithoutThree));
        follower.TakeSent();
        follower.Receive(3, new HeartbeatRequest(new Term(4), LogIndex.Zero, 1, StateHashMark.None)).Tick(2 * ServerUnderTest.Options.HeartbeatTicks);

        Assert.Equal(new Term(4), follower.TheOne<ForwardChange>(to: 3).Term);
    }

    [Fact]
    public void A_request_that_makes_no_sense_ends_at_once_with_the_reason()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Do(driver => driver.RequestChange(7, ConfigurationChange.ToPromote(ServerUnderTest.Node(9))));

        Assert.Equal([(7, ConfigurationRefusal.Invalid, "0000000000000009 is not a member")], leader.EndedChanges);
    }

    [Fact]
    public void A_request_without_a_leader_ends_when_its_time_is_up()
    {
        var server = new ServerUnderTest(1, ServerSetup.InTerm(3));
        server.Do(driver => driver.RequestChange(7, WithoutThree));
        server.Tick(ServerUnderTest.Options.ElectionTicks * 10);

        Assert.Equal([(7, ConfigurationRefusal.NotLeader, "")], server.EndedChanges);
    }

    [Fact]
    public void A_change_that_was_begun_and_is_not_complete_in_time_is_said_to_be_open()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Do(driver => driver.RequestChange(7, WithoutThree));
        for (var i = 0; i < ServerUnderTest.Options.ElectionTicks * 10 && leader.Core.Role == RoleKind.Leader; i++)
        {
            leader.Tick().Receive(2, new HeartbeatResponse(leader.Term, 0, LogIndex.Zero, StateHashMark.None, CanPersist: true));
            leader.Receive(3, new HeartbeatResponse(leader.Term, 0, LogIndex.Zero, StateHashMark.None, CanPersist: true));
        }

        Assert.Equal(ConfigurationRefusal.ChangeUnderWay, Assert.Single(leader.EndedChanges).Refusal);
    }

    [Fact]
    public void A_follower_asks_the_leader_to_hand_over_and_the_leader_does()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(3));
        follower.Do(driver => Assert.True(driver.RequestTransfer(follower.Id)));
        Assert.Equal(new ForwardTransfer(new Term(3), follower.Id), follower.TheOne<ForwardTransfer>(to: 2));

        var leader = Clusters.LeaderOfThree();
        leader.Receive(2, new AppendEntriesAccepted(leader.Term, leader.Log.LastIndex));
        leader.Receive(3, new ForwardTransfer(leader.Term, ServerUnderTest.Node(2)));
        Assert.NotNull(leader.TheOne<TimeoutNow>(to: 2));
    }

    [Fact]
    public void A_server_that_missed_its_removal_believes_a_leader_that_has_committed_as_much_as_its_latest_configuration()
    {
        var named = new LogEntry(new LogIndex(1), new Term(3), EntryKind.Configuration, ClusterConfigurationCodec.Encode(ServerUnderTest.Voters(1, 2, 3)));
        var server = Clusters.FollowerOf2(ServerSetup.InTerm(3));
        server.Receive(2, new AppendEntriesRequest(new Term(3), EntryId.Zero, new EntryBatch([named]), LogIndex.Zero));

        server.Receive(2, new MembershipEnded(new Term(4), new EntryId(new LogIndex(9), new Term(2))));
        Assert.False(server.HeardThatMembershipEnded);

        server.Receive(2, new MembershipEnded(new Term(4), new EntryId(new LogIndex(2), new Term(3))));
        Assert.True(server.HeardThatMembershipEnded);
    }

    [Fact]
    public void A_leader_tells_a_former_member_how_far_its_log_is_committed()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Receive(2, new AppendEntriesAccepted(leader.Term, leader.Log.LastIndex));
        leader.Do(driver => driver.TellMembershipEnded(ServerUnderTest.Node(9)));

        Assert.Equal(new MembershipEnded(leader.Term, leader.Log.LastEntry), leader.TheOne<MembershipEnded>(to: 9));
    }

    private static (ConfigurationRefusal Refusal, bool IsComplete) Answer(ServerUnderTest leader)
    {
        var answer = leader.TheOne<ForwardChangeAnswer>(to: 2);
        Assert.Equal(7, answer.RequestId);
        return (answer.Refusal, answer.IsComplete);
    }
}
