using Keva.Journal;
using Keva.Journal.Sqlite;
using Keva.Journal.Storage;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Tests.Journal.Support;
using static Keva.Tests.Journal.Support.Samples;

namespace Keva.Tests.Journal;

/// <summary>What only the journal on disk has: threads, transactions, files and their sizes.</summary>
public sealed class SqliteJournalTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly TemporaryDirectory directory = new();
    private readonly RecordingEvents events = new();

    private string JournalPath => directory.File("journal.db");

    public void Dispose() => directory.Dispose();

    [Fact]
    public void What_comes_while_the_disk_is_busy_shares_one_transaction()
    {
        using var allHandedOver = new ManualResetEventSlim();
        var storage = new FaultyStorage(JournalFile.Open(JournalPath, SqliteJournalHarness.Options)) { BeforeCommit = () => allHandedOver.Wait(Deadline) };
        using var journal = new SqliteJournal(storage, JournalPath, events, SqliteJournalHarness.Options);
        journal.Recover(Group);
        journal.Recover(OtherGroup);
        for (var i = 1; i <= 100; i++)
        {
            journal.Enqueue(Append(i, Batch(i, 1, 1)));
            journal.Enqueue(Append(i, Batch(i, 1, 1), OtherGroup));
        }

        allHandedOver.Set();
        Assert.True(events.Wait(told => told.PersistedWrites.Count == 200, Deadline));

        // The first transaction took what was there when the thread woke up, the second one the rest.
        Assert.InRange(events.Commits.Count, 1, 2);
        Assert.Equal(200, events.Commits.Sum(commit => commit.Writes));
    }

    [Fact]
    public void A_large_backlog_is_cut_into_transactions_of_bounded_size()
    {
        var options = SqliteJournalHarness.Options with { MaxTransactionBytes = 1000 };
        using var allHandedOver = new ManualResetEventSlim();
        var storage = new FaultyStorage(JournalFile.Open(JournalPath, options)) { BeforeCommit = () => allHandedOver.Wait(Deadline) };
        using var journal = new SqliteJournal(storage, JournalPath, events, options);
        journal.Recover(Group);
        for (var i = 1; i <= 100; i++)
        {
            journal.Enqueue(Append(i, Batch(i, 1, 1, new string('z', i == 50 ? 5000 : 50))));
        }

        allHandedOver.Set();
        Assert.True(events.Wait(told => told.PersistedWrites.Count == 100, Deadline));

        Assert.All(events.Commits, commit => Assert.True(commit.PayloadBytes <= 1000 || commit.Writes == 1));
    }

    [Fact]
    public void A_file_that_may_not_grow_stalls_the_journal_until_it_may()
    {
        var file = JournalFile.Open(JournalPath, SqliteJournalHarness.Options);
        var pages = 12L;
        var storage = new FaultyStorage(file) { BeforeCommit = () => file.Database.Execute($"PRAGMA max_page_count={Volatile.Read(ref pages)}") };
        using (var journal = new SqliteJournal(storage, JournalPath, events, SqliteJournalHarness.Options))
        {
            journal.Recover(Group);
            for (var i = 1; i <= 50; i++)
            {
                journal.Enqueue(Append(i, Batch(i, 1, 1, new string('z', 3000))));
            }

            Assert.True(events.Wait(told => told.StallCount == 1, Deadline));
            Assert.Equal(StorageProblemKind.DiskFull, events.Stall!.Kind);
            Assert.Contains(JournalPath + ": the disk is full", events.Stall.Message, StringComparison.Ordinal);
            Assert.True(events.PersistedWrites.Count < 50);

            Volatile.Write(ref pages, 1_000_000);
            Assert.True(events.Wait(told => told.ResumeCount == 1, Deadline));
            Assert.True(events.Wait(told => told.PersistedWrites.Count == 50, Deadline));
        }

        Assert.Equal(Enumerable.Range(1, 50).Select(i => (long)i), events.PersistedWrites.Select(write => write.Sequence));
        Assert.Equal(50, Recover().Entries.Count);
    }

    [Fact]
    public void The_reserve_is_given_up_when_the_disk_is_full_and_made_again_before_work_resumes()
    {
        var options = SqliteJournalHarness.Options with { ReserveBytes = 64 << 10 };
        var reserve = new FileInfo(JournalPath + "-reserve");
        var storage = new FaultyStorage(JournalFile.Open(JournalPath, options));
        using var journal = new SqliteJournal(storage, JournalPath, events, options);
        journal.Recover(Group);
        Assert.True(events.Wait(told => told.RecoveredLogs.Count == 1, Deadline));
        reserve.Refresh();
        Assert.Equal(64 << 10, reserve.Length);

        // Full until the reserve is given up, as a disk is.
        storage.BeforeCommit = () => storage.IsFull = File.Exists(reserve.FullName);
        journal.Enqueue(Append(1, Batch(1, 1, 1)));

        Assert.True(events.Wait(told => told.ResumeCount == 1, Deadline));
        Assert.Equal(["recovered", "stalled", "persisted 0/1", "committed", "resumed"], events.Told);
        reserve.Refresh();
        Assert.Equal(64 << 10, reserve.Length);
    }

    [Fact]
    public void Trimmed_rows_make_room_for_new_ones_so_the_file_stays_small()
    {
        using var journal = SqliteJournal.Open(JournalPath, events, SqliteJournalHarness.Options);
        journal.Recover(Group);
        var payload = new string('z', 2000);
        for (var i = 1; i <= 4000; i++)
        {
            journal.Enqueue(Append(i, Batch(i, 1, 1, payload)));
            if (i % 50 == 0)
            {
                journal.Trim(Group, Id(i - 20, 1), ConfigurationOf(1));
                Assert.True(events.Wait(told => told.PersistedWrites.Count == i, Deadline));
            }
        }

        journal.Dispose();

        // Eight megabytes went through.
        Assert.InRange(new FileInfo(JournalPath).Length, 1, 1_500_000);
        Assert.InRange(journal.Statistics.RowsDeleted, 3800, 4200);
        Assert.Equal(20, Recover().Entries.Count);
    }

    [Fact]
    public void Deleting_that_was_interrupted_is_taken_up_after_a_restart()
    {
        // A slice of no time deletes eight rows with each write, and a journal that is never idle nothing else.
        var slow = SqliteJournalHarness.Options with { DeletionSlice = TimeSpan.Zero, IdleAfter = TimeSpan.FromHours(1) };
        using (var journal = SqliteJournal.Open(JournalPath, events, slow))
        {
            journal.Recover(Group);
            for (var i = 1; i <= 1000; i++)
            {
                journal.Enqueue(Append(i, Batch(i, 1, 1)));
            }

            journal.Trim(Group, Id(990, 1), ConfigurationOf(1));
            journal.Enqueue(Append(1001, Batch(1001, 1, 1)));
        }

        Assert.InRange(RowCount(), 900, 1002);
        var again = new RecordingEvents();
        using (var journal = SqliteJournal.Open(JournalPath, again, SqliteJournalHarness.Options))
        {
            journal.Recover(Group);
            Assert.True(SpinWait.SpinUntil(() => journal.Statistics.RowsDeleted >= 900, Deadline));
            Assert.Equal(11, again.RecoveredLogs[Group].Entries.Count);
        }

        Assert.InRange(RowCount(), 11, 20);
    }

    [Fact]
    public void A_second_journal_on_the_same_file_is_refused()
    {
        using var journal = SqliteJournal.Open(JournalPath, events, SqliteJournalHarness.Options);
        journal.Recover(Group);
        Assert.True(events.Wait(told => told.RecoveredLogs.Count == 1, Deadline));

        var refusal = Assert.Throws<StorageException>(() => SqliteJournal.Open(JournalPath, new RecordingEvents(), SqliteJournalHarness.Options));

        Assert.Equal(StorageProblemKind.InUse, refusal.Problem.Kind);
    }

    [Fact]
    public void A_directory_that_is_not_there_is_an_error_that_names_the_file()
    {
        var path = Path.Combine(directory.Path, "nowhere", "journal.db");

        var refusal = Assert.Throws<StorageException>(() => SqliteJournal.Open(path, events));

        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_write_to_a_group_that_was_not_recovered_is_a_defect()
    {
        using var journal = SqliteJournal.Open(JournalPath, events, SqliteJournalHarness.Options);
        journal.Enqueue(Append(1, Batch(1, 1, 1)));

        Assert.True(events.Wait(told => told.Failure is InvariantViolationException, Deadline));
    }

    [Fact]
    public void Nothing_is_told_after_the_journal_was_closed()
    {
        var journal = SqliteJournal.Open(JournalPath, events, SqliteJournalHarness.Options);
        journal.Recover(Group);
        journal.Dispose();
        var told = events.Told.Count;

        journal.Enqueue(Append(1, Batch(1, 1, 1)));
        journal.Dispose();

        Assert.Equal(told, events.Told.Count);
    }

    private RecoveredLog Recover()
    {
        var recovery = new RecordingEvents();
        using var journal = SqliteJournal.Open(JournalPath, recovery, SqliteJournalHarness.Options);
        journal.Recover(Group);
        Assert.True(recovery.Wait(told => told.RecoveredLogs.Count == 1, Deadline));
        return recovery.RecoveredLogs[Group];
    }

    private long RowCount()
    {
        using var database = SqliteDatabase.OpenOrCreate(JournalPath);
        return database.QueryInteger("SELECT count(*) FROM journal");
    }
}
