using Keva.Journal;
using Keva.Raft;
using Keva.Raft.Driver;

namespace Keva.Tests.Journal.Support;

/// <summary>Notes what a journal tells, and lets a test wait for it.</summary>
internal sealed class RecordingEvents : IJournalEvents
{
    private readonly object gate = new();
    private readonly List<string> told = [];
    private readonly SortedDictionary<GroupId, RecoveredLog> recovered = [];
    private readonly List<(GroupId Group, long Sequence)> persisted = [];
    private readonly List<JournalCommit> commits = [];

    public IReadOnlyList<string> Told => Locked(() => told.ToArray());

    public IReadOnlyDictionary<GroupId, RecoveredLog> RecoveredLogs => Locked(() => recovered.ToDictionary());

    public IReadOnlyList<(GroupId Group, long Sequence)> PersistedWrites => Locked(() => persisted.ToArray());

    public IReadOnlyList<JournalCommit> Commits => Locked(() => commits.ToArray());

    public StorageProblem? Stall { get; private set; }

    public int StallCount { get; private set; }

    public int ResumeCount { get; private set; }

    public Exception? Failure { get; private set; }

    public StorageProblem? FailureProblem { get; private set; }

    public void Recovered(GroupId group, RecoveredLog log) => Note("recovered", () => recovered.Add(group, log));

    public void Persisted(GroupId group, long sequence) => Note($"persisted {group}/{sequence}", () => persisted.Add((group, sequence)));

    public void Committed(JournalCommit commit) => Note("committed", () => commits.Add(commit));

    public void Stalled(StorageProblem problem) => Note("stalled", () =>
    {
        Stall = problem;
        StallCount++;
    });

    public void Resumed() => Note("resumed", () => ResumeCount++);

    public void Failed(StorageProblem problem, Exception cause) => Note("failed", () =>
    {
        FailureProblem = problem;
        Failure = cause;
    });

    /// <summary>Waits until something that was told makes the condition true; false when the deadline passes.</summary>
    public bool Wait(Func<RecordingEvents, bool> condition, TimeSpan deadline)
    {
        var end = DateTime.UtcNow + deadline;
        lock (gate)
        {
            while (!condition(this))
            {
                var left = end - DateTime.UtcNow;
                if (left <= TimeSpan.Zero || !Monitor.Wait(gate, left))
                {
                    return condition(this);
                }
            }

            return true;
        }
    }

    private void Note(string what, Action note)
    {
        lock (gate)
        {
            told.Add(what);
            note();
            Monitor.PulseAll(gate);
        }
    }

    private T Locked<T>(Func<T> read)
    {
        lock (gate)
        {
            return read();
        }
    }
}
