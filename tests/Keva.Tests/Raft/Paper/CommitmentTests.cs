using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Messages;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Paper;

/// <summary>§3.5, §3.6.2: when an entry is committed, and who learns of it.</summary>
public sealed class CommitmentTests
{
    /// <summary>§3.5: "A log entry is committed once the leader that created the entry has replicated it on a majority of the servers".</summary>
    [Fact]
    public void An_entry_on_a_majority_is_committed_and_applied()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Propose("a");
        Assert.Equal(new LogIndex(1), leader.Log.CommitIndex);

        leader.Receive(2, new AppendEntriesAccepted(new Term(1), new LogIndex(2)));
        Assert.Equal(new LogIndex(2), leader.Log.CommitIndex);
        Assert.Equal("1:- 1:a", leader.AppliedText);
    }

    [Fact]
    public void Of_five_servers_three_are_needed()
    {
        var leader = Clusters.NewLeaderOfThree(new ServerSetup { Configuration = ServerUnderTest.Voters(1, 2, 3, 4, 5) });
        leader.AnswerAppends(4);
        Assert.Equal(LogIndex.Zero, leader.Log.CommitIndex);

        leader.AnswerAppends(5);
        Assert.Equal(new LogIndex(1), leader.Log.CommitIndex);
    }

    /// <summary>§10.2.1: the leader's own copy counts once it is on its own disk; the followers' may make a majority before.</summary>
    [Fact]
    public void The_leaders_own_copy_counts_only_when_it_is_durable()
    {
        var leader = Clusters.LeaderOfThree();
        leader.HoldsWrites = true;
        leader.Propose("a").Receive(2, new AppendEntriesAccepted(new Term(1), new LogIndex(2)));
        Assert.Equal(new LogIndex(1), leader.Log.CommitIndex);

        leader.Persist();
        Assert.Equal(new LogIndex(2), leader.Log.CommitIndex);
    }

    [Fact]
    public void The_others_commit_an_entry_that_is_not_yet_on_the_leaders_own_disk()
    {
        var leader = Clusters.LeaderOfThree();
        leader.HoldsWrites = true;
        leader.Propose("a");
        leader.Receive(2, new AppendEntriesAccepted(new Term(1), new LogIndex(2)));
        leader.Receive(3, new AppendEntriesAccepted(new Term(1), new LogIndex(2)));

        Assert.Equal(new LogIndex(2), leader.Log.CommitIndex);
    }

    /// <summary>While the disk works, what is applied is durable here, too, so that a checkpoint never runs ahead of the journal.</summary>
    [Fact]
    public void A_committed_entry_is_applied_when_it_is_durable_here_too_unless_the_disk_is_full()
    {
        var leader = Clusters.LeaderOfThree();
        leader.HoldsWrites = true;
        leader.Propose("a").AnswerAppends(2).AnswerAppends(3);
        Assert.Equal("1:-", leader.AppliedText);

        leader.Do(driver => driver.OnJournalStalled());
        Assert.Equal("1:- 1:a", leader.AppliedText);
    }

    /// <summary>
    /// §3.6.2, figure 3.7: "Raft never commits log entries from previous terms by counting replicas." Server 1 leads term 4
    /// with entry 2 of term 2 on a majority; that entry may still be overwritten, as in (d).
    /// </summary>
    [Fact]
    public void An_entry_of_an_earlier_term_is_not_committed_by_counting_replicas()
    {
        var leader = Clusters.NewLeaderOfThree(ServerSetup.InTerm(3, "1:a 2:b"));
        Assert.Equal(new Term(4), leader.Term);
        leader.Receive(2, new AppendEntriesAccepted(new Term(4), new LogIndex(2)));
        leader.Receive(3, new AppendEntriesAccepted(new Term(4), new LogIndex(2)));

        Assert.Equal(LogIndex.Zero, leader.Log.CommitIndex);
    }

    /// <summary>Figure 3.7 (e): once an entry of the leader's own term is on a majority, "all prior entries are committed indirectly".</summary>
    [Fact]
    public void An_entry_of_the_current_term_commits_all_before_it()
    {
        var leader = Clusters.NewLeaderOfThree(ServerSetup.InTerm(3, "1:a 2:b"));
        leader.Receive(2, new AppendEntriesAccepted(new Term(4), new LogIndex(3)));

        Assert.Equal(new LogIndex(3), leader.Log.CommitIndex);
        Assert.Equal("1:a 2:b 4:-", leader.AppliedText);
    }

    /// <summary>§6.4: a new leader appends an entry of its own at once, so that this does not wait for a client.</summary>
    [Fact]
    public void A_new_leader_appends_an_entry_of_its_term()
    {
        Assert.Equal("1:a 4:-", Clusters.NewLeaderOfThree(ServerSetup.InTerm(3, "1:a")).LogText);
    }

    /// <summary>§3.5: "The leader keeps track of the highest index it knows to be committed, and it includes that index in future AppendEntries RPCs (including heartbeats)".</summary>
    [Fact]
    public void Followers_learn_of_the_commit_index_at_once_and_with_every_message()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Propose("a").AnswerAppends(2);
        Assert.Equal(new LogIndex(2), leader.TheOne<CommitNotice>(to: 2).CommitIndex);

        leader.Forget().Tick(ServerUnderTest.Options.HeartbeatTicks).Propose("b");
        Assert.Equal(new LogIndex(2), leader.TheOne<HeartbeatRequest>(to: 2).CommitIndex);
        Assert.Equal(new LogIndex(2), leader.TheOne<AppendEntriesRequest>(to: 2).CommitIndex);
    }

    /// <summary>A heartbeat must not make a follower commit what it does not share with the leader.</summary>
    [Fact]
    public void A_follower_is_told_of_no_commit_index_beyond_what_it_is_known_to_hold()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Propose("a").AnswerAppends(2).Forget().Tick(ServerUnderTest.Options.HeartbeatTicks);

        Assert.Equal(new LogIndex(2), leader.TheOne<HeartbeatRequest>(to: 2).CommitIndex);
        Assert.Equal(new LogIndex(1), leader.TheOne<HeartbeatRequest>(to: 3).CommitIndex);
        Assert.Empty(leader.SentOf<CommitNotice>(to: 3));
    }

    [Fact]
    public void A_new_leader_tells_a_follower_of_no_commit_index_before_it_knows_its_log()
    {
        var leader = new ServerUnderTest(1, ServerSetup.InTerm(3, "1:a 1:b"));
        leader.Receive(2, new HeartbeatRequest(new Term(3), new LogIndex(2), 1, StateHashMark.None)).Elect();

        Assert.Equal(new LogIndex(2), leader.Log.CommitIndex);
        Assert.Equal(LogIndex.Zero, leader.TheOne<HeartbeatRequest>(to: 3).CommitIndex);
    }

    /// <summary>Figure 3.1, AppendEntries step 5: "set commitIndex = min(leaderCommit, index of last new entry)".</summary>
    [Theory]
    [InlineData(0, "3:a", 5, 1)]
    [InlineData(0, "3:a 3:b", 1, 1)]
    [InlineData(0, "3:a 3:b", 2, 2)]
    public void A_follower_commits_no_further_than_the_last_entry_of_the_message(long previous, string entries, long leaderCommit, long commit)
    {
        var follower = new ServerUnderTest(1, ServerSetup.InTerm(3, "3:a 3:b"));
        follower.Receive(2, new AppendEntriesRequest(
            new Term(3), new EntryId(new LogIndex(previous), Term.Zero), new EntryBatch(ServerUnderTest.EntriesOf(entries)), new LogIndex(leaderCommit)));

        Assert.Equal(new LogIndex(commit), follower.Log.CommitIndex);
    }

    [Fact]
    public void What_a_probe_does_not_prove_equal_is_not_committed()
    {
        // The follower's second entry is not the leader's: an empty message after the first must not commit it.
        var follower = new ServerUnderTest(1, ServerSetup.InTerm(3, "1:a 2:x"));
        follower.Receive(2, new AppendEntriesRequest(new Term(3), new EntryId(new LogIndex(1), new Term(1)), EntryBatch.Empty, new LogIndex(2)));

        Assert.Equal(new LogIndex(1), follower.Log.CommitIndex);
    }

    /// <summary>§3.5: followers apply committed entries "in log order".</summary>
    [Fact]
    public void A_follower_applies_what_is_committed_in_order()
    {
        var follower = new ServerUnderTest(1, ServerSetup.InTerm(3, "1:a 2:b 3:c"));
        follower.Receive(2, new AppendEntriesRequest(new Term(3), new EntryId(new LogIndex(3), new Term(3)), EntryBatch.Empty, new LogIndex(2)));
        Assert.Equal("1:a 2:b", follower.AppliedText);

        follower.Receive(2, new CommitNotice(new Term(3), new LogIndex(3)));
        Assert.Equal("1:a 2:b 3:c", follower.AppliedText);
    }

    [Fact]
    public void A_late_message_does_not_take_the_commit_index_back()
    {
        var follower = new ServerUnderTest(1, ServerSetup.InTerm(3, "3:a 3:b"));
        follower.Receive(2, new CommitNotice(new Term(3), new LogIndex(2))).Receive(2, new CommitNotice(new Term(3), new LogIndex(1)));

        Assert.Equal(new LogIndex(2), follower.Log.CommitIndex);
    }

    [Fact]
    public void An_answer_that_comes_late_does_not_take_a_followers_progress_back()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Propose("a").Receive(2, new AppendEntriesAccepted(new Term(1), new LogIndex(2)));
        leader.Receive(2, new AppendEntriesAccepted(new Term(1), new LogIndex(1)));
        leader.Receive(2, new AppendEntriesRejected(new Term(1), new LogIndex(1), EntryId.Zero, LogIndex.Zero));

        Assert.Equal(new LogIndex(2), leader.Core.Followers.First().MatchIndex);
    }

    [Fact]
    public void An_answer_of_an_earlier_term_does_not_count()
    {
        var leader = Clusters.NewLeaderOfThree(ServerSetup.InTerm(3, "1:a"));
        leader.Receive(2, new AppendEntriesAccepted(new Term(3), new LogIndex(2)));

        Assert.Equal(LogIndex.Zero, leader.Log.CommitIndex);
    }

    /// <summary>The state machine may be slow: only so many bytes are handed to it at a time.</summary>
    [Fact]
    public void What_is_committed_waits_in_the_log_while_the_state_machine_has_enough_to_do()
    {
        var leader = Clusters.LeaderOfThree(ServerUnderTest.Options with { MaxUnappliedBytes = 20 });
        leader.Machine.HoldsApplying = true;
        leader.Propose("a").AnswerAppends(2).Propose("b").AnswerAppends(2).Propose("c").AnswerAppends(2);
        Assert.Equal(new LogIndex(4), leader.Log.CommitIndex);
        Assert.True(leader.Log.AppliedIndex < new LogIndex(4));

        leader.Machine.HoldsApplying = false;
        leader.Settle();
        Assert.Equal("1:- 1:a 1:b 1:c", leader.AppliedText);
    }

    /// <summary>§4.2.1: learners get the log, and their copies do not count.</summary>
    [Fact]
    public void A_learners_copy_does_not_count()
    {
        var members = Enumerable.Range(1, 4).Select(number => new Keva.Raft.Membership.Member(ServerUnderTest.Node(number), "", "", "")).ToArray();
        var configuration = Keva.Raft.Membership.ClusterConfiguration.Create(members, members[..3].Select(member => member.Id), learners: [members[3].Id]);
        var leader = new ServerUnderTest(1, new ServerSetup { Configuration = configuration }).Stand();
        leader.Receive(2, new VoteResponse(leader.Term, Granted: true)).AnswerAppends(4);
        Assert.NotEmpty(leader.SentOf<AppendEntriesRequest>(to: 4));
        Assert.Equal(LogIndex.Zero, leader.Log.CommitIndex);

        leader.AnswerAppends(3);
        Assert.Equal(new LogIndex(1), leader.Log.CommitIndex);
    }
}
