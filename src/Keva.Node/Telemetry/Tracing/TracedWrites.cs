using System.Collections.Concurrent;
using System.Diagnostics;
using Keva.Raft.Log;
using Keva.Raft.Messages;
using Keva.Store.Commands;

namespace Keva.Node.Telemetry.Tracing;

/// <summary>
/// The writes of this node's clients that somebody traces, from arrival to answer: by these journal and peers find out that
/// what they get is part of a trace, without anything being passed along. Thread-safe.
/// </summary>
public sealed class TracedWrites
{
    private readonly ConcurrentDictionary<ProposalOrigin, ActivityContext> open = new();
    private int count;

    /// <summary>Whether there is none. Nearly always, and cheap to ask.</summary>
    internal bool IsEmpty => Volatile.Read(ref count) == 0;

    internal void Begin(ProposalOrigin origin, Activity trace)
    {
        if (open.TryAdd(origin, trace.Context))
        {
            Interlocked.Increment(ref count);
        }
    }

    internal void End(ProposalOrigin origin)
    {
        if (open.TryRemove(origin, out _))
        {
            Interlocked.Decrement(ref count);
        }
    }

    /// <summary>Begins a span for each traced write among the entries; null if there is none.</summary>
    internal List<Activity>? StartFor(EntryBatch entries, string name, ActivityKind kind)
    {
        List<Activity>? spans = null;
        foreach (ref readonly var entry in entries.Entries)
        {
            if (entry.Kind == EntryKind.Command && CommandCodec.TryReadEnvelope(entry.Payload, out var envelope))
            {
                Start(envelope.Origin, name, kind, ref spans);
            }
        }

        return spans;
    }

    /// <summary>The same for proposals on their way to the leader.</summary>
    internal List<Activity>? StartFor(IReadOnlyList<Proposal> proposals, string name, ActivityKind kind)
    {
        List<Activity>? spans = null;
        foreach (var proposal in proposals)
        {
            Start(new ProposalOrigin(proposal.Id.Session, proposal.Id.Sequence), name, kind, ref spans);
        }

        return spans;
    }

    private void Start(ProposalOrigin origin, string name, ActivityKind kind, ref List<Activity>? spans)
    {
        if (open.TryGetValue(origin, out var parent) && KevaActivity.StartElsewhere(name, kind, parent) is { } span)
        {
            (spans ??= []).Add(span);
        }
    }
}
