using Keva.Journal;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Tests.Journal.Support;
using static Keva.Tests.Journal.Support.Samples;

namespace Keva.Tests.Journal;

/// <summary>What every journal must do, the one on disk and the one in the simulator.</summary>
public abstract class JournalContract
{
    private protected abstract JournalHarness CreateHarness(int seed = 1);

    [Fact]
    public void A_new_journal_holds_nothing()
    {
        using var harness = CreateHarness();
        harness.Open();

        var log = harness.Recover(Group);

        Assert.Equal(HardState.Initial, log.HardState);
        Assert.Equal(EntryId.Zero, log.Start);
        Assert.Null(log.StartConfiguration);
        Assert.Empty(log.Entries);
    }

    [Fact]
    public void What_was_persisted_is_there_after_an_orderly_restart()
    {
        using var harness = CreateHarness();
        harness.OpenAndRecover(Group);
        harness.Journal.Enqueue(new JournalWrite(Group, 1, Vote(3, 9), Reset: null, Batch(1, 5, 3)));
        harness.Journal.Enqueue(Append(2, Batch(6, 2, 3)));
        harness.WaitForPersisted(Group, 2);

        var log = harness.Reopen(Group);

        Assert.Equal(Describe(Vote(3, 9), EntryId.Zero, null, Batch(1, 7, 3).Entries.ToArray()), Describe(log));
    }

    [Fact]
    public void What_was_handed_over_before_an_orderly_end_is_written()
    {
        using var harness = CreateHarness();
        harness.OpenAndRecover(Group);
        for (var i = 1; i <= 20; i++)
        {
            harness.Journal.Enqueue(Append(i, Batch(i, 1, 1)));
        }

        Assert.Equal(20, harness.Reopen(Group).Entries.Count);
    }

    [Fact]
    public void What_was_persisted_survives_a_crash()
    {
        using var harness = CreateHarness();
        harness.OpenAndRecover(Group);
        harness.Journal.Enqueue(new JournalWrite(Group, 1, Vote(3, 9), Reset: null, Batch(1, 5, 3)));
        harness.WaitForPersisted(Group, 1);

        harness.Crash();
        harness.Open();

        Assert.Equal(Describe(Vote(3, 9), EntryId.Zero, null, Batch(1, 5, 3).Entries.ToArray()), Describe(harness.Recover(Group)));
    }

    [Fact]
    public void The_last_hard_state_counts()
    {
        using var harness = CreateHarness();
        harness.OpenAndRecover(Group);
        harness.Journal.Enqueue(new JournalWrite(Group, 1, Vote(1, 9), Reset: null, Entries: null));
        harness.Journal.Enqueue(new JournalWrite(Group, 2, Vote(2, 0), Reset: null, Entries: null));
        harness.Journal.Enqueue(new JournalWrite(Group, 3, Vote(2, 8), Reset: null, Entries: null));

        Assert.Equal(Vote(2, 8), harness.Reopen(Group).HardState);
    }

    [Fact]
    public void Entries_take_the_place_of_a_conflicting_suffix()
    {
        using var harness = CreateHarness();
        harness.OpenAndRecover(Group);
        harness.Journal.Enqueue(Append(1, Batch(1, 10, 1)));
        harness.Journal.Enqueue(Append(2, Batch(11, 10, 1)));
        harness.Journal.Enqueue(Append(3, Batch(5, 2, 2)));
        harness.Journal.Enqueue(Append(4, Batch(7, 1, 2)));

        var log = harness.Reopen(Group);

        Assert.Equal([Id(1, 1), Id(2, 1), Id(3, 1), Id(4, 1), Id(5, 2), Id(6, 2), Id(7, 2)], log.Entries.Select(entry => entry.Id));
    }

    [Fact]
    public void Entries_from_the_first_index_on_take_the_place_of_all()
    {
        using var harness = CreateHarness();
        harness.OpenAndRecover(Group);
        harness.Journal.Enqueue(Append(1, Batch(1, 10, 1)));
        harness.Journal.Enqueue(Append(2, Batch(1, 1, 2)));

        Assert.Equal([Id(1, 2)], harness.Reopen(Group).Entries.Select(entry => entry.Id));
    }

    [Fact]
    public void A_reset_voids_the_log_and_keeps_the_hard_state()
    {
        using var harness = CreateHarness();
        harness.OpenAndRecover(Group);
        harness.Journal.Enqueue(new JournalWrite(Group, 1, Vote(4, 2), Reset: null, Batch(1, 10, 1)));
        harness.Journal.Enqueue(new JournalWrite(Group, 2, HardState: null, new LogReset(Id(100, 4), ConfigurationOf(5)), Entries: null));

        Assert.Equal(Describe(Vote(4, 2), Id(100, 4), ConfigurationOf(5), []), Describe(harness.Reopen(Group)));
    }

    [Fact]
    public void All_parts_of_one_write_take_effect_in_the_order_of_its_properties()
    {
        using var harness = CreateHarness();
        harness.OpenAndRecover(Group);
        harness.Journal.Enqueue(Append(1, Batch(1, 10, 1)));
        harness.Journal.Enqueue(new JournalWrite(Group, 2, Vote(5, 1), new LogReset(Id(100, 4), ConfigurationOf(5)), Batch(101, 2, 5)));

        Assert.Equal(
            Describe(Vote(5, 1), Id(100, 4), ConfigurationOf(5), Batch(101, 2, 5).Entries.ToArray()),
            Describe(harness.Reopen(Group)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(9)]
    [InlineData(10)]
    public void A_trimmed_log_starts_exactly_behind_the_trim(int through)
    {
        using var harness = CreateHarness();
        harness.OpenAndRecover(Group);
        harness.Journal.Enqueue(new JournalWrite(Group, 1, Vote(2, 1), Reset: null, Batch(1, 4, 1)));
        harness.Journal.Enqueue(Append(2, Batch(5, 3, 2, "old")));
        harness.Journal.Enqueue(Append(3, Batch(5, 6, 2)));
        harness.Journal.Trim(Group, Id(through, through <= 4 ? 1 : 2), ConfigurationOf(3));
        harness.WaitForPersisted(Group, 3);

        var log = harness.Reopen(Group);

        Assert.Equal(Id(through, through <= 4 ? 1 : 2), log.Start);
        Assert.Equal(ConfigurationOf(3), log.StartConfiguration);
        Assert.Equal(Vote(2, 1), log.HardState);
        Assert.Equal(Enumerable.Range(through + 1, 10 - through), log.Entries.Select(entry => (int)entry.Index.Value));
    }

    [Fact]
    public void A_trim_behind_the_start_changes_nothing()
    {
        using var harness = CreateHarness();
        harness.OpenAndRecover(Group);
        harness.Journal.Enqueue(Append(1, Batch(1, 10, 1)));
        harness.Journal.Trim(Group, Id(6, 1), ConfigurationOf(3));
        harness.Journal.Trim(Group, Id(4, 1), ConfigurationOf(4));
        harness.Journal.Trim(Group, Id(6, 1), ConfigurationOf(4));

        var log = harness.Reopen(Group);

        Assert.Equal(Id(6, 1), log.Start);
        Assert.Equal(ConfigurationOf(3), log.StartConfiguration);
    }

    [Fact]
    public void Writing_goes_on_behind_trims_and_over_restarts()
    {
        using var harness = CreateHarness();
        harness.OpenAndRecover(Group);
        var sequence = 0L;
        for (var round = 0; round < 10; round++)
        {
            for (var i = 0; i < 20; i++)
            {
                harness.Journal.Enqueue(Append(++sequence, Batch(round * 20 + i + 1, 1, round + 1)));
            }

            harness.Journal.Trim(Group, Id(round * 20 + 15, round + 1), ConfigurationOf(round + 1));
            harness.WaitForPersisted(Group, sequence);
            var log = harness.Reopen(Group);
            Assert.Equal(Id(round * 20 + 15, round + 1), log.Start);
            Assert.Equal(Enumerable.Range(round * 20 + 16, 5), log.Entries.Select(entry => (int)entry.Index.Value));
            sequence = 0;
        }
    }

    [Fact]
    public void Groups_do_not_touch_each_other()
    {
        using var harness = CreateHarness();
        harness.OpenAndRecover(Group, OtherGroup);
        harness.Journal.Enqueue(new JournalWrite(Group, 1, Vote(1, 1), Reset: null, Batch(1, 3, 1)));
        harness.Journal.Enqueue(new JournalWrite(OtherGroup, 1, Vote(2, 2), Reset: null, Batch(1, 5, 2)));
        harness.Journal.Enqueue(Append(2, Batch(4, 1, 1)));
        harness.Journal.Enqueue(new JournalWrite(OtherGroup, 2, HardState: null, new LogReset(Id(50, 2), ConfigurationOf(9)), Entries: null));
        harness.Journal.Trim(Group, Id(2, 1), ConfigurationOf(1));
        harness.Close();
        harness.Open();

        var log = harness.Recover(Group);
        var other = harness.Recover(OtherGroup);

        Assert.Equal(Describe(Vote(1, 1), Id(2, 1), ConfigurationOf(1), Batch(3, 2, 1).Entries.ToArray()), Describe(log));
        Assert.Equal(Describe(Vote(2, 2), Id(50, 2), ConfigurationOf(9), []), Describe(other));
    }

    [Fact]
    public void Completions_come_for_every_write_in_order()
    {
        using var harness = CreateHarness();
        harness.OpenAndRecover(Group, OtherGroup);
        for (var i = 1; i <= 100; i++)
        {
            harness.Journal.Enqueue(Append(i, Batch(i, 1, 1)));
            harness.Journal.Enqueue(new JournalWrite(OtherGroup, i, HardState: null, Reset: null, Entries: null));
        }

        harness.WaitForPersisted(Group, 100);
        harness.WaitForPersisted(OtherGroup, 100);

        foreach (var group in new[] { Group, OtherGroup })
        {
            Assert.Equal(
                Enumerable.Range(1, 100).Select(i => (long)i),
                harness.Events.PersistedWrites.Where(write => write.Group == group).Select(write => write.Sequence));
        }
    }

    [Fact]
    public void Each_transaction_is_told_after_its_writes_and_trims_alone_are_not()
    {
        using var harness = CreateHarness();
        harness.OpenAndRecover(Group);
        for (var i = 1; i <= 10; i++)
        {
            harness.Journal.Enqueue(Append(2 * i - 1, Batch(2 * i - 1, 1, 1)));
            harness.Journal.Enqueue(Append(2 * i, Batch(2 * i, 1, 1)));
            harness.WaitFor(events => events.Commits.Sum(commit => commit.Writes) == 2 * i);
            harness.Journal.Trim(Group, Id(2 * i, 1), ConfigurationOf(1));
        }

        harness.Close();

        Assert.Equal(20, harness.Events.Commits.Sum(commit => commit.Writes));
        Assert.All(harness.Events.Commits, commit => Assert.True(commit.Writes > 0));
        var told = harness.Events.Told.ToArray();
        Assert.All(Enumerable.Range(1, told.Length - 1).Where(i => told[i] == "committed"), i => Assert.StartsWith("persisted", told[i - 1], StringComparison.Ordinal));
    }

    [Fact]
    public void A_full_disk_stalls_writes_and_loses_none()
    {
        using var harness = CreateHarness();
        harness.OpenAndRecover(Group);
        harness.Journal.Enqueue(Append(1, Batch(1, 1, 1)));
        harness.WaitForPersisted(Group, 1);
        harness.SetDiskFull(true);
        harness.Journal.Enqueue(Append(2, Batch(2, 1, 1)));
        harness.Journal.Enqueue(Append(3, Batch(3, 1, 1)));

        harness.WaitFor(events => events.StallCount == 1);
        Assert.Equal(StorageProblemKind.DiskFull, harness.Events.Stall!.Kind);
        Assert.Equal([(Group, 1L)], harness.Events.PersistedWrites);
        Assert.True(harness.Journal.Statistics.IsStalled);
        Assert.Equal(2, harness.Journal.Statistics.QueueDepth);

        harness.Journal.Enqueue(Append(4, Batch(4, 1, 1)));
        harness.SetDiskFull(false);
        harness.WaitFor(events => events.ResumeCount == 1);
        harness.WaitForPersisted(Group, 4);

        Assert.Equal([1L, 2L, 3L, 4L], harness.Events.PersistedWrites.Select(write => write.Sequence));
        Assert.Equal(1, harness.Events.StallCount);
        Assert.False(harness.Journal.Statistics.IsStalled);
        Assert.Equal(4, harness.Reopen(Group).Entries.Count);
    }

    [Fact]
    public void A_journal_on_a_full_disk_can_still_be_closed()
    {
        using var harness = CreateHarness();
        harness.OpenAndRecover(Group);
        harness.Journal.Enqueue(Append(1, Batch(1, 1, 1)));
        harness.WaitForPersisted(Group, 1);
        harness.SetDiskFull(true);
        harness.Journal.Enqueue(Append(2, Batch(2, 1, 1)));
        harness.WaitFor(events => events.StallCount == 1);

        harness.Close();
        harness.SetDiskFull(false);
        harness.Open();

        Assert.Single(harness.Recover(Group).Entries);
    }

    [Fact]
    public void A_failed_disk_ends_the_journal_and_nothing_is_tried_again()
    {
        using var harness = CreateHarness();
        harness.OpenAndRecover(Group);
        harness.Journal.Enqueue(Append(1, Batch(1, 1, 1)));
        harness.WaitForPersisted(Group, 1);
        harness.FailDisk();
        harness.Journal.Enqueue(Append(2, Batch(2, 1, 1)));

        harness.WaitFor(events => events.Failure is not null);
        harness.Journal.Enqueue(Append(3, Batch(3, 1, 1)));
        harness.Close();

        Assert.Equal(StorageProblemKind.InputOutput, harness.Events.FailureProblem!.Kind);
        Assert.Equal([(Group, 1L)], harness.Events.PersistedWrites);
        Assert.Equal(0, harness.Events.StallCount);
    }

    [Fact]
    public void A_damaged_row_is_refused_and_named()
    {
        using var harness = CreateHarness();
        harness.OpenAndRecover(Group);
        harness.Journal.Enqueue(Append(1, Batch(1, 1, 1)));
        harness.Journal.Enqueue(Append(2, Batch(2, 1, 1)));
        harness.Close();
        harness.DamageLastRow();
        harness.Open();

        var refusal = Assert.Throws<JournalCorruptException>(() => harness.Recover(Group));

        Assert.Equal(2, refusal.Row);
        Assert.Contains("row 2: its checksum", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(StorageProblemKind.Corrupt, harness.Events.FailureProblem!.Kind);
    }

    [Fact]
    public void An_acknowledged_row_that_vanished_from_the_end_is_missed()
    {
        using var harness = CreateHarness();
        harness.OpenAndRecover(Group);
        harness.Journal.Enqueue(Append(1, Batch(1, 1, 1)));
        harness.Journal.Enqueue(Append(2, Batch(2, 1, 1)));
        harness.Close();
        harness.LoseLastRow();
        harness.Open();

        var refusal = Assert.Throws<JournalCorruptException>(() => harness.Recover(Group));

        Assert.Contains("ends at row 1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gap_in_what_is_handed_over_is_a_defect()
    {
        using var harness = CreateHarness();
        harness.OpenAndRecover(Group);
        harness.Journal.Enqueue(Append(1, Batch(1, 1, 1)));
        harness.Journal.Enqueue(Append(2, Batch(3, 1, 1)));

        harness.WaitFor(events => events.Failure is not null);

        Assert.Equal(StorageProblemKind.Defect, harness.Events.FailureProblem!.Kind);
    }

    [Fact]
    public void Statistics_count_what_was_done()
    {
        using var harness = CreateHarness();
        harness.OpenAndRecover(Group);
        var batch = Batch(1, 3, 1);
        harness.Journal.Enqueue(new JournalWrite(Group, 1, Vote(1, 1), Reset: null, batch));
        harness.WaitFor(events => events.Commits.Count == 1);

        var statistics = harness.Journal.Statistics;

        Assert.Equal(0, statistics.QueueDepth);
        Assert.Equal(1, statistics.Commits);
        Assert.Equal(1, statistics.Writes);
        Assert.Equal(2, statistics.Rows);
        Assert.Equal(batch.Encoded.Length + 8, statistics.PayloadBytes);
        Assert.True(statistics.LastCommitDuration > TimeSpan.Zero);
        Assert.Equal(new JournalCommit(1, 2, batch.Encoded.Length + 8, statistics.LastCommitDuration), harness.Events.Commits[0]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Any_history_with_crashes_recovers_to_what_was_acknowledged_or_somewhat_later(int seed)
    {
        using var harness = CreateHarness(seed);
        var history = new JournalHistory(harness, new Random(seed));

        history.Run(incarnations: 12, stepsEach: 40);
    }
}

public sealed class SqliteJournalContractTests : JournalContract
{
    private protected override JournalHarness CreateHarness(int seed = 1) => new SqliteJournalHarness();
}

public sealed class SimulatedJournalContractTests : JournalContract
{
    private protected override JournalHarness CreateHarness(int seed = 1) => new SimulatedJournalHarness(seed);
}
