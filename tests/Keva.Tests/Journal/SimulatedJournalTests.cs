using Keva.Journal.Simulation;
using Keva.Raft.Driver;
using Keva.Tests.Journal.Support;
using static Keva.Tests.Journal.Support.Samples;

namespace Keva.Tests.Journal;

/// <summary>What the simulated journal does beyond the contract: what it keeps of damage is what SQLite would keep.</summary>
public sealed class SimulatedJournalTests
{
    private readonly VirtualSchedule schedule = new();
    private readonly SimulatedJournalDisk disk = new();
    private RecordingEvents events = new();

    [Fact]
    public void A_transaction_that_is_cut_off_takes_back_what_it_deleted()
    {
        WriteEntriesAndCrashInATrim();

        Assert.True(disk.LoseLastTransaction());

        var log = RecoverFrom(Open(seed: 1));
        Assert.Equal(Describe(Vote(0, 0), Id(0, 0), configuration: null, Batch(1, 10, 1).Entries.ToArray()), Describe(log));
    }

    [Fact]
    public void A_transaction_is_cut_off_once()
    {
        WriteEntriesAndCrashInATrim();
        disk.LoseLastTransaction();

        Assert.False(disk.LoseLastTransaction());

        Assert.Equal(10, RecoverFrom(Open(seed: 1)).Entries.Count);
    }

    [Fact]
    public void What_was_replayed_cannot_be_cut_off_any_more()
    {
        WriteEntriesAndCrashInATrim();
        var start = RecoverFrom(Open(seed: 1)).Start;

        Assert.False(disk.LoseLastTransaction());

        Assert.Equal(Id(8, 1), start);
        Assert.Equal(start, RecoverFrom(Open(seed: 2)).Start);
    }

    [Fact]
    public void An_orderly_end_on_a_failing_disk_is_an_end()
    {
        var journal = Open(seed: 1);
        RecoverFrom(journal);
        disk.IsFailing = true;
        journal.Enqueue(Append(1, Batch(1, 1, 1)));

        journal.Dispose();

        Assert.Empty(events.PersistedWrites);
    }

    /// <summary>Ten rows, and a trim of most of them that reaches the disk without anybody being told.</summary>
    private void WriteEntriesAndCrashInATrim()
    {
        for (var seed = 1; ; seed++)
        {
            disk.Wipe();
            var journal = Open(seed);
            RecoverFrom(journal);
            for (var index = 1; index <= 10; index++)
            {
                journal.Enqueue(Append(index, Batch(index, 1, 1)));
                schedule.RunUntil(() => events.PersistedWrites.Count == index);
            }

            journal.Trim(Group, Id(8, 1), ConfigurationOf(1));
            journal.Crash();
            if (!disk.IsLastRowReported && disk.RowCount < 10)
            {
                return;
            }
        }
    }

    private SimulatedJournal Open(int seed)
    {
        events = new RecordingEvents();
        return new SimulatedJournal(disk, events, schedule.After, new Random(seed));
    }

    private RecoveredLog RecoverFrom(SimulatedJournal journal)
    {
        journal.Recover(Group);
        schedule.RunUntil(() => events.RecoveredLogs.Count == 1);
        return events.RecoveredLogs[Group];
    }
}
