using Keva.Raft;
using Keva.Raft.Messages;
using Keva.Raft.Progress;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Paper;

/// <summary>§3.5: "the leader retries AppendEntries RPCs indefinitely until all followers eventually store all log entries".</summary>
public sealed class ReplicationLivenessTests
{
    [Fact]
    public void A_window_full_of_lost_messages_is_found_out_by_the_next_heartbeat()
    {
        var leader = Clusters.LeaderOfThree(ServerUnderTest.Options with { MaxInflightAppends = 2 });
        leader.Propose("a").Propose("b").Propose("c");
        Assert.Equal(2, leader.SentOf<AppendEntriesRequest>(to: 2).Count);

        // Neither arrives, and no more may be sent.
        leader.Forget().AnswerHeartbeats(from: 2);
        var question = leader.TheOne<AppendEntriesRequest>(to: 2);
        Assert.True(question.Entries.IsEmpty);
        Assert.Equal(new LogIndex(3), question.Previous.Index);

        leader.Forget().Receive(2, new AppendEntriesRejected(leader.Term, new LogIndex(3), new EntryId(new LogIndex(1), leader.Term), new LogIndex(1)));
        Assert.Equal("1:a", ServerUnderTest.TextOf(leader.TheOne<AppendEntriesRequest>(to: 2).Entries.Entries.ToArray()[..1]));
    }

    [Fact]
    public void A_last_message_that_was_lost_is_found_out_by_the_next_heartbeat()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Propose("a").Forget().AnswerHeartbeats(from: 2);

        Assert.Equal(new LogIndex(2), leader.TheOne<AppendEntriesRequest>(to: 2).Previous.Index);
    }

    [Fact]
    public void A_probe_that_was_lost_is_sent_again_after_the_next_heartbeat()
    {
        var leader = Clusters.NewLeaderOfThree();
        Assert.Single(leader.SentOf<AppendEntriesRequest>(to: 2));

        leader.Forget().Tick(2);
        Assert.Empty(leader.SentOf<AppendEntriesRequest>(to: 2));
        leader.AnswerHeartbeats(from: 2);
        Assert.Single(leader.SentOf<AppendEntriesRequest>(to: 2));
    }

    [Fact]
    public void A_follower_that_has_everything_is_asked_nothing()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Forget().Tick(2).AnswerHeartbeats(from: 2);

        Assert.Empty(leader.SentOf<AppendEntriesRequest>(to: 2));
    }

    [Fact]
    public void After_a_lost_connection_entries_are_sent_again_from_the_last_acknowledged_one()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Propose("a").Propose("b").Forget();
        leader.Do(driver => driver.OnPeerUnreachable(ServerUnderTest.Node(2)));

        var again = leader.TheOne<AppendEntriesRequest>(to: 2);
        Assert.Equal(new LogIndex(1), again.Previous.Index);
        Assert.Equal(new LogIndex(2), again.Entries.First.Index);
        Assert.Equal(ReplicationState.Probe, leader.Core.Followers.First().State);
    }
}
