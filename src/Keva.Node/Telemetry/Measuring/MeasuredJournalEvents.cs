using Keva.Journal;
using Keva.Node.Telemetry.Tracing;
using Keva.Raft;
using Keva.Raft.Driver;

namespace Keva.Node.Telemetry.Measuring;

/// <summary>Looks on while a journal tells what it did, times its transactions, and ends the spans of what is durable.</summary>
internal sealed class MeasuredJournalEvents(IJournalEvents inner, JournalTimes times, JournalSpans spans) : IJournalEvents
{
    public void Recovered(GroupId group, RecoveredLog log) => inner.Recovered(group, log);

    public void Persisted(GroupId group, long sequence)
    {
        spans.Persisted(sequence);
        inner.Persisted(group, sequence);
    }

    public void Committed(JournalCommit commit)
    {
        inner.Committed(commit);
        times.Note(commit.Duration);
    }

    public void Stalled(StorageProblem problem) => inner.Stalled(problem);

    public void Resumed() => inner.Resumed();

    public void Failed(StorageProblem problem, Exception cause) => inner.Failed(problem, cause);
}
