using System.Collections.Concurrent;
using System.Diagnostics;
using Keva.Journal;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Membership;

namespace Keva.Node.Telemetry.Tracing;

/// <summary>Spans from when a write is handed to the journal until it is durable.</summary>
internal sealed class JournalSpans(TracedWrites writes)
{
    private readonly ConcurrentQueue<(long Sequence, List<Activity> Spans)> open = new();

    public void Enqueued(JournalWrite write)
    {
        if (!writes.IsEmpty && write.Entries is { } entries && writes.StartFor(entries, "journal", ActivityKind.Internal) is { } spans)
        {
            open.Enqueue((write.Sequence, spans));
        }
    }

    public void Persisted(long sequence)
    {
        while (open.TryPeek(out var oldest) && oldest.Sequence <= sequence && open.TryDequeue(out oldest))
        {
            oldest.Spans.ForEach(span => span.Dispose());
        }
    }
}

/// <summary>Looks on while the journal is given something.</summary>
internal sealed class TracedJournal(IJournal inner, JournalSpans spans) : IJournal
{
    public JournalStatistics Statistics => inner.Statistics;

    public void Recover(GroupId group) => inner.Recover(group);

    public void Enqueue(JournalWrite write)
    {
        spans.Enqueued(write);
        inner.Enqueue(write);
    }

    public void Trim(GroupId group, EntryId through, ClusterConfiguration configuration) => inner.Trim(group, through, configuration);

    public void Dispose() => inner.Dispose();
}
