using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Messages;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Paper;

/// <summary>§3.5 log replication, and AppendEntries in figure 3.1.</summary>
public sealed class ReplicationTests
{
    private static readonly Term Three = new(3);

    /// <summary>§3.5: the leader appends the command to its log "as a new entry, then issues AppendEntries RPCs in parallel to each of the other servers".</summary>
    [Fact]
    public void A_leader_appends_a_command_and_sends_it_to_all_others()
    {
        var leader = Clusters.LeaderOfThree();
        leader.Propose("a");

        Assert.Equal("1:- 1:a", leader.LogText);
        foreach (var other in leader.Others())
        {
            var request = leader.TheOne<AppendEntriesRequest>(other);
            Assert.Equal(new EntryId(new LogIndex(1), new Term(1)), request.Previous);
            Assert.Equal("1:a", ServerUnderTest.TextOf(request.Entries.Entries.ToArray()));
        }
    }

    /// <summary>§10.2.1: the leader writes to its disk in parallel with replicating to the followers.</summary>
    [Fact]
    public void A_leader_sends_entries_before_they_are_on_its_own_disk()
    {
        var leader = Clusters.LeaderOfThree();
        leader.HoldsWrites = true;
        leader.Propose("a");

        Assert.NotEmpty(leader.SentOf<AppendEntriesRequest>(to: 2));
        Assert.Equal(new LogIndex(1), leader.Disk.LastIndex);
    }

    /// <summary>§10.2.1: followers pipeline; the leader need not wait for the answer to one message before it sends the next.</summary>
    [Fact]
    public void Entries_are_sent_ahead_of_the_answers_as_far_as_the_window_goes()
    {
        var leader = Clusters.LeaderOfThree(ServerUnderTest.Options with { MaxInflightAppends = 3 });
        leader.Propose("a").Propose("b").Propose("c").Propose("d");
        Assert.Equal("a b c", CommandsSentTo(leader, 2));

        leader.Forget().Receive(2, new AppendEntriesAccepted(new Term(1), new LogIndex(2)));
        Assert.Equal("d", CommandsSentTo(leader, 2));
    }

    [Fact]
    public void The_window_is_bounded_in_bytes_too()
    {
        var leader = Clusters.LeaderOfThree(ServerUnderTest.Options with { MaxInflightBytes = 40 });
        leader.Propose("a").Propose("b").Propose("c");

        Assert.Equal("a b", CommandsSentTo(leader, 2));
    }

    [Fact]
    public void What_is_proposed_together_travels_together_up_to_the_limit_of_a_message()
    {
        var leader = Clusters.LeaderOfThree(ServerUnderTest.Options with { MaxAppendBytes = 30 });
        leader.Propose("a", "b", "c");

        Assert.Equal([2, 1], leader.SentOf<AppendEntriesRequest>(to: 2).Select(request => request.Entries.Count));
    }

    /// <summary>Figure 3.1: nextIndex is "initialized to leader last log index + 1".</summary>
    [Fact]
    public void A_new_leader_first_tries_the_end_of_its_log()
    {
        var leader = Clusters.NewLeaderOfThree(ServerSetup.InTerm(2, "1:a 2:b"));

        Assert.Equal(new EntryId(new LogIndex(2), new Term(2)), leader.TheOne<AppendEntriesRequest>(to: 2).Previous);
    }

    /// <summary>Figure 3.1, AppendEntries step 2: "Reply false if log doesn't contain an entry at prevLogIndex whose term matches prevLogTerm".</summary>
    [Theory]
    [InlineData("1:a", 2, 1)]
    [InlineData("1:a 1:b", 2, 2)]
    [InlineData("", 1, 1)]
    public void A_follower_without_the_previous_entry_refuses(string log, long previousIndex, long previousTerm)
    {
        var follower = new ServerUnderTest(1, ServerSetup.InTerm(3, log));
        follower.Receive(2, Append(previousIndex, previousTerm, "3:x"));

        Assert.Equal(new LogIndex(previousIndex), follower.TheOne<AppendEntriesRejected>(to: 2).RejectedPrevious);
        Assert.Equal(log, follower.LogText);
    }

    /// <summary>Figure 3.1, steps 3 and 4: delete the conflicting entry "and all that follow it"; append what is new.</summary>
    [Theory]
    [InlineData("1:a 1:b", 2, 1, "3:c", "1:a 1:b 3:c")]
    [InlineData("1:a 1:b 2:x 2:y", 2, 1, "3:c", "1:a 1:b 3:c")]
    [InlineData("1:a 1:b 2:x 2:y", 2, 1, "2:x", "1:a 1:b 2:x 2:y")]
    [InlineData("1:a 1:b 2:x 2:y", 1, 1, "1:b 2:x", "1:a 1:b 2:x 2:y")]
    [InlineData("1:a 1:b 2:x 2:y", 1, 1, "1:b 3:z", "1:a 1:b 3:z")]
    [InlineData("1:x 1:y", 0, 0, "2:a 2:b 2:c", "2:a 2:b 2:c")]
    [InlineData("1:a", 1, 1, "", "1:a")]
    [InlineData("1:a 2:b", 1, 1, "", "1:a 2:b")]
    public void A_follower_makes_its_log_like_the_leaders(string log, long previousIndex, long previousTerm, string entries, string result)
    {
        var follower = new ServerUnderTest(1, ServerSetup.InTerm(3, log));
        follower.Receive(2, Append(previousIndex, previousTerm, entries));

        Assert.Equal(result, follower.LogText);
        Assert.Equal(result, ServerUnderTest.TextOf(follower.Disk.Recover().Entries));
        Assert.Equal(
            new LogIndex(previousIndex + entries.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length),
            follower.TheOne<AppendEntriesAccepted>(to: 2).MatchIndex);
    }

    /// <summary>§3.5: a delayed request must not shorten the log: what follows may have been acknowledged.</summary>
    [Fact]
    public void A_late_message_of_the_same_leader_takes_nothing_away()
    {
        var follower = new ServerUnderTest(1, ServerSetup.InTerm(3));
        follower.Receive(2, Append(0, 0, "3:a")).Receive(2, Append(1, 3, "3:b 3:c")).Receive(2, Append(0, 0, "3:a"));

        Assert.Equal("3:a 3:b 3:c", follower.LogText);
    }

    /// <summary>Figure 3.1: a success promises that the entries are on stable storage.</summary>
    [Fact]
    public void Entries_are_acknowledged_only_when_they_are_durable()
    {
        var follower = new ServerUnderTest(1, ServerSetup.InTerm(3)) { HoldsWrites = true };
        follower.Receive(2, Append(0, 0, "3:a"));
        Assert.Empty(follower.SentOf<AppendEntriesAccepted>());

        follower.Persist();
        Assert.Equal(new LogIndex(1), follower.TheOne<AppendEntriesAccepted>(to: 2).MatchIndex);
    }

    [Fact]
    public void Entries_that_came_again_are_not_acknowledged_before_the_first_write_of_them_is_durable()
    {
        var follower = new ServerUnderTest(1, ServerSetup.InTerm(3)) { HoldsWrites = true };
        follower.Receive(2, Append(0, 0, "3:a")).Receive(2, Append(0, 0, "3:a")).Receive(2, Append(1, 3, ""));
        Assert.Empty(follower.SentOf<AppendEntriesAccepted>());

        follower.Persist();
        Assert.Equal(3, follower.SentOf<AppendEntriesAccepted>(to: 2).Count);
    }

    [Fact]
    public void Acknowledgements_wait_each_for_its_own_write()
    {
        var follower = new ServerUnderTest(1, ServerSetup.InTerm(3)) { HoldsWrites = true };
        follower.Receive(2, Append(0, 0, "3:a")).Receive(2, Append(1, 3, "3:b"));
        follower.Persist(1);
        Assert.Equal([new LogIndex(1)], follower.SentOf<AppendEntriesAccepted>().Select(answer => answer.MatchIndex));

        follower.Persist(1);
        Assert.Equal(new LogIndex(2), follower.SentOf<AppendEntriesAccepted>()[^1].MatchIndex);
    }

    /// <summary>Entries that were taken back and came again are durable only with the later write.</summary>
    [Fact]
    public void An_entry_that_was_removed_while_its_write_was_under_way_is_not_durable_when_that_write_is()
    {
        var follower = new ServerUnderTest(1, ServerSetup.InTerm(3)) { HoldsWrites = true };
        follower.Receive(2, Append(0, 0, "1:a 1:b"));
        follower.Receive(3, Append(1, 1, "4:x", term: 4));
        follower.Persist(1);
        Assert.Equal(new LogIndex(1), follower.Log.DurableIndex);

        follower.Persist();
        Assert.Equal(new LogIndex(2), follower.Log.DurableIndex);
        Assert.Equal("1:a 4:x", ServerUnderTest.TextOf(follower.Disk.Recover().Entries));
    }

    [Fact]
    public void An_acknowledged_entry_survives_a_restart()
    {
        var follower = new ServerUnderTest(1, ServerSetup.InTerm(3));
        follower.Receive(2, Append(0, 0, "3:a 3:b")).Restart();

        Assert.Equal("3:a 3:b", follower.LogText);
    }

    /// <summary>§3.5: after a refusal "the leader decrements nextIndex and retries"; eventually it "will reach a point where the leader and follower logs match".</summary>
    [Fact]
    public void A_leader_finds_where_the_logs_match_and_sends_all_from_there()
    {
        var leader = Clusters.NewLeaderOfThree(ServerSetup.InTerm(3, "1:a 1:b 2:c 3:d"));
        leader.Forget().Receive(2, new AppendEntriesRejected(new Term(4), new LogIndex(4), new EntryId(new LogIndex(2), new Term(1)), new LogIndex(2)));

        var request = leader.TheOne<AppendEntriesRequest>(to: 2);
        Assert.Equal(new EntryId(new LogIndex(2), new Term(1)), request.Previous);
        Assert.Equal("2:c", ServerUnderTest.TextOf(request.Entries.Entries.ToArray()[..1]));
    }

    /// <summary>§3.5: "the follower can include the term of the conflicting entry": one message for each conflicting term, not for each entry.</summary>
    [Fact]
    public void A_refusal_lets_the_leader_skip_a_whole_term_at_a_time()
    {
        // Figure 3.6 (f): a leader of terms 2 and 3 that committed nothing.
        var follower = new ServerUnderTest(2, ServerSetup.InTerm(6, "1:a 1:b 1:c 2:d 2:e 2:f 3:g 3:h 3:i 3:j 3:k"));
        var leader = Clusters.NewLeaderOfThree(ServerSetup.InTerm(7, "1:a 1:b 1:c 4:l 4:m 5:n 5:o 6:p 6:q 6:r"));
        var rounds = 0;
        while (follower.LogText != leader.LogText)
        {
            foreach (var request in leader.SentOf<AppendEntriesRequest>(to: 2))
            {
                follower.Receive(1, request);
            }

            leader.Forget();
            foreach (var answer in follower.TakeSent())
            {
                leader.Receive(2, answer.Message);
            }

            leader.AnswerHeartbeats(2);
            Assert.True(++rounds <= 5, "one round for each conflicting term is enough");
        }
    }

    /// <summary>§3.5: the Log Matching Property lets any two logs converge, whatever figure 3.6 has in store.</summary>
    [Theory]
    [InlineData("1:a 1:b 1:c 4:d 4:e 5:f 5:g 6:h 6:i")]
    [InlineData("1:a 1:b 1:c 4:d")]
    [InlineData("1:a 1:b 1:c 4:d 4:e 5:f 5:g 6:h 6:i 6:j 6:k")]
    [InlineData("1:a 1:b 1:c 4:d 4:e 5:f 5:g 6:h 6:i 6:j 7:l 7:m")]
    [InlineData("1:a 1:b 1:c 4:d 4:e 4:n 4:o")]
    [InlineData("1:a 1:b 1:c 2:p 2:q 2:r 3:s 3:t 3:u 3:v 3:w")]
    [InlineData("")]
    public void Every_follower_of_figure_3_6_comes_to_hold_the_leaders_log(string log)
    {
        var follower = new ServerUnderTest(2, ServerSetup.InTerm(7, log));
        var leader = Clusters.NewLeaderOfThree(ServerSetup.InTerm(7, "1:a 1:b 1:c 4:d 4:e 5:f 5:g 6:h 6:i 6:j"));
        for (var round = 0; round < 12; round++)
        {
            foreach (var request in leader.SentOf<AppendEntriesRequest>(to: 2))
            {
                follower.Receive(1, request);
            }

            leader.Forget();
            foreach (var answer in follower.TakeSent())
            {
                leader.Receive(2, answer.Message);
            }
        }

        Assert.Equal(leader.LogText, follower.LogText);
    }

    /// <summary>§3.6.3: a message that names an earlier entry than what is committed here can bring no news before the commit index.</summary>
    [Fact]
    public void A_follower_answers_a_message_from_before_its_commit_index_with_that_index()
    {
        var follower = new ServerUnderTest(1, ServerSetup.InTerm(3, "1:a 1:b 1:c"));
        follower.Receive(2, new HeartbeatRequest(Three, new LogIndex(3), 1, StateHashMark.None)).Forget();
        follower.Receive(2, Append(1, 1, "1:b"));

        Assert.Equal(new LogIndex(3), follower.TheOne<AppendEntriesAccepted>(to: 2).MatchIndex);
    }

    /// <summary>A leader never overwrites or deletes entries in its log (Leader Append-Only, figure 3.2).</summary>
    [Fact]
    public void A_leader_keeps_the_entries_of_earlier_terms_that_it_does_not_know_to_be_committed()
    {
        var leader = Clusters.NewLeaderOfThree(ServerSetup.InTerm(3, "1:a 2:b 3:c"));

        Assert.Equal("1:a 2:b 3:c 4:-", leader.LogText);
    }

    [Fact]
    public void While_its_disk_is_full_a_follower_keeps_only_so_much_in_memory()
    {
        var follower = new ServerUnderTest(1, new ServerSetup
        {
            HardState = new HardState(Three, NodeId.None),
            Options = ServerUnderTest.Options with { MaxUnappliedBytes = 20 },
        });
        follower.HoldsWrites = true;
        follower.Do(driver => driver.OnJournalStalled());
        follower.Receive(2, Append(0, 0, "3:a 3:b")).Receive(2, Append(2, 3, "3:c"));

        Assert.Equal("3:a 3:b", follower.LogText);
    }

    private static AppendEntriesRequest Append(long previousIndex, long previousTerm, string entries, long term = 3) => new(
        new Term(term),
        new EntryId(new LogIndex(previousIndex), new Term(previousTerm)),
        entries.Length == 0 ? EntryBatch.Empty : new EntryBatch(ServerUnderTest.EntriesOf(entries, previousIndex + 1)),
        LogIndex.Zero);

    private static string CommandsSentTo(ServerUnderTest leader, int to) =>
        ServerUnderTest.TextOf(leader.SentOf<AppendEntriesRequest>(to).SelectMany(request => request.Entries.Entries.ToArray()))
            .Replace("1:", "", StringComparison.Ordinal);
}
