using Keva.Node.Gateway;
using Keva.Raft;
using Keva.Raft.Log;
using Keva.Simulator.Workload;
using Keva.Store;
using Keva.Store.Commands;
using static Keva.Simulator.Rules.Rule;

namespace Keva.Simulator.Rules;

/// <summary>
/// What follows from the one order of committed entries: every replica's state at an index, every answer to a client, and
/// that nothing takes effect twice or after it was refused. A state machine of its own applies each entry once, when it
/// is committed; the linearizability of what clients saw is checked elsewhere, and without it.
/// </summary>
internal sealed class StoreRules
{
    private readonly StateMachine model = new();
    private readonly List<UInt128> hashAt = [default];
    private readonly HashSet<ProposalOrigin> applied = [];
    private readonly Dictionary<string, List<(long Revision, long? Value)>> historyOf = new(StringComparer.Ordinal);
    private readonly HashSet<long> refusedValues = [];
    private readonly HashSet<long> seenValues = [];

    public StoreRules() => hashAt[0] = model.StateHash;

    public long Revision => model.Revision;

    public int Count => model.Count;

    /// <summary>To be called with each committed entry, in order, once.</summary>
    public void OnCommitted(LogEntry entry)
    {
        if (entry.Kind == EntryKind.Command)
        {
            var before = model.Revision;
            var result = model.Apply(entry.Index.Value, entry.Term.Value, entry.Payload);
            Require(applied.Add(result.Origin), "effect at most once", $"{entry.Id} is a write that took effect before");
            if (model.Revision > before)
            {
                Note(entry.Payload, result);
            }
        }
        else
        {
            model.ApplyEmpty(entry.Index.Value, entry.Term.Value);
        }

        hashAt.Add(model.StateHash);
    }

    /// <summary>Replicas are equal at equal indexes.</summary>
    public void CheckState(string replica, StateMachine state)
    {
        Require(state.AppliedIndex < hashAt.Count, "apply only what is committed", $"{replica} has applied {state.AppliedIndex}, but only {hashAt.Count - 1} is committed");
        Require(
            state.StateHash == hashAt[(int)state.AppliedIndex] && (state.AppliedIndex < model.AppliedIndex || state.Revision == model.Revision),
            "equal states at equal indexes",
            $"{replica} at {state.AppliedIndex} has the hash {state.StateHash} and not {hashAt[(int)state.AppliedIndex]}");
    }

    /// <summary>A client was told that its write took effect.</summary>
    public void OnAcknowledged(string key, long? value, WriteOutcome outcome)
    {
        if (value is { } set)
        {
            Require(
                At(key, outcome.Revision) == (outcome.Revision, set),
                "acknowledged means committed",
                $"the value {set} of {key} was acknowledged with revision {outcome.Revision}, but is not in the log with it");
        }
        else
        {
            Require(
                outcome.Revision <= model.Revision,
                "acknowledged means committed",
                $"a delete of {key} was acknowledged with revision {outcome.Revision} beyond {model.Revision}");
        }
    }

    /// <summary>A client was told that its write never will take effect.</summary>
    public void OnRefused(string key, long value)
    {
        if (value == ClientValue.Empty)
        {
            // Nobody can tell it from others of its kind.
            return;
        }

        Require(!seenValues.Contains(value), "refused means never", $"the value {value} of {key} was refused after it took effect");
        refusedValues.Add(value);
    }

    /// <summary>Whatever the consistency: the answer is what the key held at the revision that the answer names.</summary>
    public void OnRead(string key, long? value, ReadOutcome outcome)
    {
        Require(outcome.StoreRevision <= model.Revision, "reads see committed state", $"{key} was read at revision {outcome.StoreRevision} beyond {model.Revision}");
        var (revision, expected) = At(key, outcome.StoreRevision);
        Require(
            value == expected && (value is null || outcome.ModRevision == revision),
            "reads see one revision",
            $"{key} at revision {outcome.StoreRevision} was {expected} of {revision}, but {value} of {outcome.ModRevision} was read");
    }

    private (long Revision, long? Value) At(string key, long revision)
    {
        if (historyOf.TryGetValue(key, out var history))
        {
            for (var i = history.Count - 1; i >= 0; i--)
            {
                if (history[i].Revision <= revision)
                {
                    return history[i];
                }
            }
        }

        return (0, null);
    }

    private void Note(ReadOnlyMemory<byte> payload, in ApplyResult result)
    {
        CommandCodec.TryReadEnvelope(payload, out var envelope);
        string key;
        long? value = null;
        if (result.Kind == CommandKind.Set && CommandCodec.TryReadSet(envelope.Body, out var set))
        {
            key = ClientValue.KeyText(set.Key.Span);
            value = ClientValue.Read(set.Value.Span);
            Require(!refusedValues.Contains(value.Value), "refused means never", $"the value {value} of {key} takes effect after it was refused");
            seenValues.Add(value.Value);
        }
        else
        {
            CommandCodec.TryReadDelete(envelope.Body, out var delete);
            key = ClientValue.KeyText(delete.Key.Span);
        }

        if (!historyOf.TryGetValue(key, out var history))
        {
            historyOf[key] = history = [];
        }

        history.Add((result.Revision, value));
    }
}
