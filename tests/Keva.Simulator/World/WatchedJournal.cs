using Keva.Journal;
using Keva.Journal.Simulation;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Membership;

namespace Keva.Simulator.World;

/// <summary>A simulated journal, and a note of what it reported durable.</summary>
internal sealed class WatchedJournal : IJournal, IJournalEvents
{
    private readonly IJournalEvents node;
    private readonly DurableLog durable;
    private readonly SimulatedJournal journal;
    private readonly Action<JournalIncident> onIncident;

    public WatchedJournal(
        SimulatedJournalDisk disk, IJournalEvents node, DurableLog durable, Action<TimeSpan, Action> schedule, Random random, Action<JournalIncident> onIncident)
    {
        this.node = node;
        this.durable = durable;
        this.onIncident = onIncident;
        journal = new SimulatedJournal(disk, this, schedule, random);
    }

    public JournalStatistics Statistics => journal.Statistics;

    public void Recover(GroupId group) => journal.Recover(group);

    public void Enqueue(JournalWrite write)
    {
        durable.Expect(write);
        journal.Enqueue(write);
    }

    public void Trim(GroupId group, EntryId through, ClusterConfiguration configuration)
    {
        onIncident(JournalIncident.Trimmed);
        journal.Trim(group, through, configuration);
    }

    public void Crash() => journal.Crash();

    public void Dispose() => journal.Dispose();

    public void Recovered(GroupId group, RecoveredLog log)
    {
        if (log.Entries.Count > 0 && !durable.Holds(log.Entries[^1].Id))
        {
            onIncident(JournalIncident.RecoveredUnreported);
        }

        durable.Restart(log);
        node.Recovered(group, log);
    }

    public void Persisted(GroupId group, long sequence)
    {
        durable.Confirm(sequence);
        node.Persisted(group, sequence);
    }

    public void Committed(JournalCommit commit) => node.Committed(commit);

    public void Stalled(StorageProblem problem)
    {
        onIncident(JournalIncident.Stalled);
        node.Stalled(problem);
    }

    public void Resumed()
    {
        onIncident(JournalIncident.Resumed);
        node.Resumed();
    }

    public void Failed(StorageProblem problem, Exception cause)
    {
        onIncident(problem.Kind == StorageProblemKind.Corrupt ? JournalIncident.RefusedDamage : JournalIncident.Failed);
        node.Failed(problem, cause);
    }
}

/// <summary>What may happen to a journal beside writing.</summary>
internal enum JournalIncident
{
    Trimmed,

    /// <summary>A write under way in a crash had reached the disk although nobody was told.</summary>
    RecoveredUnreported,

    Stalled,

    Resumed,

    RefusedDamage,

    Failed,
}
