using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Log;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Driver;

public sealed class RecoveryTests
{
    [Fact]
    public void A_new_server_starts_from_nothing()
    {
        var server = Combine(HardState.Initial, EntryId.Zero, "", EntryId.Zero);

        Assert.Equal((HardState.Initial, EntryId.Zero, (LogReset?)null), (server.HardState, server.Log.LastEntry, server.Reset));
    }

    [Fact]
    public void The_log_goes_on_behind_the_checkpoint()
    {
        var server = Combine(InTerm(2), EntryId.Zero, "1:a 1:b 2:c", Entry(2, 1));

        Assert.Equal((3, 2, 2), (server.Log.LastIndex.Value, server.Log.AppliedIndex.Value, server.Log.CommitIndex.Value));
        Assert.Null(server.Reset);
    }

    [Fact]
    public void A_checkpoint_at_the_very_start_of_a_trimmed_journal_joins_it()
    {
        var server = Combine(InTerm(2), Entry(2, 1), "2:c", Entry(2, 1));

        Assert.Equal((Entry(2, 1), 3), (server.Log.Start, server.Log.LastIndex.Value));
        Assert.Null(server.Reset);
    }

    [Fact]
    public void A_checkpoint_that_ends_before_the_journal_begins_is_refused_with_what_to_do()
    {
        var problem = Assert.Throws<RecoveryException>(() => Combine(InTerm(2), Entry(3, 1), "2:d", Entry(2, 1)));

        Assert.Contains("2@1", problem.Message, StringComparison.Ordinal);
        Assert.Contains("3@1", problem.Message, StringComparison.Ordinal);
        Assert.Contains("Restore", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_and_a_journal_that_contradict_each_other_are_refused()
    {
        // Both say what was committed up to entry 3, and not the same.
        Assert.Throws<RecoveryException>(() => Combine(InTerm(3), Entry(3, 2), "3:d", Entry(3, 1)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1:a 1:b")]
    [InlineData("1:a 1:x 1:x 1:x 1:x 1:x 1:x")]
    public void A_snapshot_that_the_journal_does_not_know_of_counts_and_the_journal_is_told(string entries)
    {
        var server = Combine(InTerm(2, votedFor: 3), EntryId.Zero, entries, Entry(5, 2));

        Assert.Equal((Entry(5, 2), Entry(5, 2), 5), (server.Log.Start, server.Log.LastEntry, server.Log.AppliedIndex.Value));
        Assert.Equal(new LogReset(Entry(5, 2), ServerUnderTest.Voters(1, 2, 3)), server.Reset);
        Assert.Equal(InTerm(2, votedFor: 3), server.HardState);
    }

    [Fact]
    public void A_term_on_disk_that_is_older_than_the_snapshots_is_raised_without_a_vote()
    {
        Assert.Equal(InTerm(4), Combine(InTerm(2, votedFor: 3), EntryId.Zero, "1:a", Entry(5, 4)).HardState);
    }

    [Fact]
    public void Nothing_leaves_the_server_before_the_journal_was_reset()
    {
        var server = new ServerUnderTest(1);
        foreach (var number in Enumerable.Range(0, 2))
        {
            server.Receive(2, Snapshots.Piece(1, "1:a 1:b 1:c", number));
            server.HoldsWrites = number == 0;
        }

        server.HoldsWrites = true;
        server.Restart();
        server.Receive(2, new Keva.Raft.Messages.HeartbeatRequest(new Term(1), new LogIndex(3), 1, Keva.Raft.Messages.StateHashMark.None));
        var sentAtOnce = server.Sent.Count;
        server.Persist();

        Assert.Equal(new LogIndex(3), server.Disk.Start.Index);
        Assert.True(sentAtOnce == 0 || server.Disk.HardState.Term == new Term(1));
        Assert.NotEmpty(server.Sent);
    }

    private static RecoveredServer Combine(HardState hardState, EntryId start, string entries, EntryId applied)
    {
        var configuration = ServerUnderTest.Voters(1, 2, 3);
        var journal = new RecoveredLog(hardState, start, null, ServerUnderTest.EntriesOf(entries, start.Index.Value + 1));
        return Recovery.Combine(journal, applied, configuration);
    }

    private static EntryId Entry(long index, long term) => new(new LogIndex(index), new Term(term));

    private static HardState InTerm(long term, int votedFor = 0) => new(new Term(term), ServerUnderTest.Node(votedFor));
}
