using Keva.Raft;
using Keva.Raft.Log;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Log;

public sealed class RaftLogTests
{
    [Fact]
    public void A_new_log_holds_nothing_and_starts_before_the_first_entry()
    {
        var log = LogOf("");

        Assert.Equal(EntryId.Zero, log.LastEntry);
        Assert.True(log.Contains(EntryId.Zero));
        Assert.Null(log.TermAt(new LogIndex(1)));
    }

    [Fact]
    public void A_recovered_log_is_durable_and_committed_as_far_as_it_was_applied()
    {
        var log = new RaftLog(EntryId.Zero, ServerUnderTest.EntriesOf("1:a 1:b 2:c"), new LogIndex(2));

        Assert.Equal((3, 2, 2), (log.DurableIndex.Value, log.CommitIndex.Value, log.AppliedIndex.Value));
    }

    [Theory]
    [InlineData(2, 1, 1, 2)]
    [InlineData(3, 2, 1, 3)]
    [InlineData(4, 2, 2, 4)]
    [InlineData(9, 4, 4, 6)]
    [InlineData(6, 3, 2, 5)]
    [InlineData(5, 0, 0, 0)]
    public void The_last_entry_not_above_a_term_is_where_two_logs_may_agree(long index, long term, long expectedTerm, long expectedIndex)
    {
        var log = LogOf("1:a 1:b 1:c 2:d 2:e 4:f");

        Assert.Equal(new EntryId(new LogIndex(expectedIndex), new Term(expectedTerm)), log.LastEntryNotAbove(new LogIndex(index), new Term(term)));
    }

    [Fact]
    public void Nothing_committed_is_ever_removed()
    {
        var log = LogOf("1:a 1:b");
        log.CommitTo(new LogIndex(2));

        Assert.Throws<InvariantViolationException>(() => log.Append(new EntryBatch(ServerUnderTest.EntriesOf("2:x", first: 2))));
    }

    [Fact]
    public void A_gap_is_refused()
    {
        Assert.Throws<InvariantViolationException>(() => LogOf("1:a").Append(new EntryBatch(ServerUnderTest.EntriesOf("1:x", first: 3))));
    }

    [Fact]
    public void Only_what_was_applied_is_trimmed()
    {
        var log = LogOf("1:a 1:b");

        Assert.Throws<InvariantViolationException>(() => log.TrimTo(new LogIndex(1)));
    }

    [Fact]
    public void A_trim_point_keeps_what_is_asked_for_and_never_passes_the_checkpoint()
    {
        var log = LogOf("1:a 1:b 1:c 1:d 1:e");
        log.CommitTo(new LogIndex(5));
        while (log.TakeCommitted(long.MaxValue, durableOnly: true) is not null)
        {
        }

        Assert.Equal(3, log.TrimPoint(new LogIndex(5), 2, long.MaxValue).Value);
        Assert.Equal(2, log.TrimPoint(new LogIndex(2), 2, long.MaxValue).Value);
        Assert.Equal(4, log.TrimPoint(new LogIndex(5), 5, 20).Value);
        Assert.Equal(0, log.TrimPoint(new LogIndex(5), 5, long.MaxValue).Value);
    }

    [Fact]
    public void What_is_not_durable_is_applied_only_when_that_is_allowed()
    {
        var log = LogOf("1:a");
        log.Append(new EntryBatch(ServerUnderTest.EntriesOf("1:b", first: 2)));
        log.CommitTo(new LogIndex(2));

        Assert.Equal(1, log.TakeCommitted(long.MaxValue, durableOnly: true)!.Last.Index.Value);
        Assert.Null(log.TakeCommitted(long.MaxValue, durableOnly: true));
        Assert.Equal(2, log.TakeCommitted(long.MaxValue, durableOnly: false)!.Last.Index.Value);
    }

    [Fact]
    public void A_batch_just_appended_is_handed_out_as_it_is_and_so_encoded_once()
    {
        var log = LogOf("1:a");
        var batch = new EntryBatch(ServerUnderTest.EntriesOf("1:b 1:c", first: 2));
        log.Append(batch);

        Assert.Same(batch, log.Slice(new LogIndex(2), new LogIndex(3), long.MaxValue));
    }

    [Fact]
    public void A_slice_keeps_to_its_limits_but_has_at_least_one_entry()
    {
        var log = LogOf("1:a 1:b 1:c");

        Assert.Equal(1, log.Slice(new LogIndex(1), new LogIndex(3), 1).Count);
        Assert.Equal(2, log.Slice(new LogIndex(1), new LogIndex(3), 30).Count);
        Assert.Equal(2, log.Slice(new LogIndex(2), new LogIndex(3), 1000).Count);
    }

    /// <summary>
    /// Whatever a leader sends, the disk completes and checkpoints trim, in any order: the log equals a plain list, and
    /// what it calls durable is on the disk.
    /// </summary>
    [Fact]
    public void A_log_behaves_like_a_list_and_knows_what_is_on_disk()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            new RaftLogModel(seed).Run(steps: 200);
        }
    }

    private static RaftLog LogOf(string entries) => new(EntryId.Zero, ServerUnderTest.EntriesOf(entries), LogIndex.Zero);
}
