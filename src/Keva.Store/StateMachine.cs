using Keva.Store.Checkpoints;
using Keva.Store.Commands;

namespace Keva.Store;

/// <summary>
/// The replicated key-value state: what comes out of applying the committed entries of the log one after the other.
/// Two state machines that applied the same entries are equal. For one caller at a time; records that it hands out
/// may be read on any thread.
/// </summary>
public sealed class StateMachine
{
    private readonly KeyValueMap records;
    private readonly DirtyRecords dirty;
    private readonly StateMarks marks = new();
    private StateHash hash;

    /// <summary>The empty state, before the first entry.</summary>
    public StateMachine()
        : this(new KeyValueMap(), default, default)
    {
    }

    internal StateMachine(KeyValueMap records, StateHash hash, CheckpointMetadata metadata)
    {
        this.records = records;
        this.hash = hash;
        AppliedIndex = metadata.AppliedIndex;
        AppliedTerm = metadata.AppliedTerm;
        Revision = metadata.Revision;
        dirty = new DirtyRecords(metadata.AppliedIndex);
        if (AppliedIndex > 0)
        {
            MarkIfDue();
        }
    }

    /// <summary>The last entry that was applied; 0 before the first.</summary>
    public long AppliedIndex { get; private set; }

    /// <summary>The term of that entry.</summary>
    public long AppliedTerm { get; private set; }

    /// <summary>Counts the changes: every change of a key takes the next number. 0 before the first.</summary>
    public long Revision { get; private set; }

    /// <summary>How many keys there are.</summary>
    public int Count => records.Count;

    /// <summary>Bytes of all keys and values.</summary>
    public long ContentBytes => records.ContentBytes;

    /// <summary>A hash of all records and of the revision; equal on all replicas at an equal applied index.</summary>
    public UInt128 StateHash => hash.At(Revision);

    /// <summary>The last hashes that other replicas can compare with theirs, oldest first. At most 16.</summary>
    public IReadOnlyList<StateMark> Marks => marks.All;

    /// <summary>The newest mark, or null as long as there is none.</summary>
    public StateMark? LatestMark => marks.Latest;

    /// <summary>Keys that changed since the last delta was taken.</summary>
    public int DirtyCount => dirty.Count;

    /// <summary>Bytes of those keys and of their values.</summary>
    public long DirtyBytes => dirty.ContentBytes;

    /// <summary>The hash at this index, if it is one of the last multiples of the interval between marks.</summary>
    public bool TryGetMark(long index, out StateMark mark) => marks.TryGet(index, out mark);

    public bool TryGet(ReadOnlySpan<byte> key, out KeyValueRecord record) => records.TryGet(key, out record);

    /// <summary>The records from the first key that is not below <paramref name="key"/>; an empty key means all.</summary>
    public RecordRange From(ReadOnlySpan<byte> key) => key.IsEmpty ? records.All() : records.From(key);

    /// <summary>
    /// Applies the next committed entry. The payload must be a command in the form of <see cref="CommandCodec"/>; it is
    /// not kept.
    /// </summary>
    /// <exception cref="StoreInvariantException">
    /// The entry is not the next one, or cannot be read. Nothing was changed; the node must stop.
    /// </exception>
    public ApplyResult Apply(long index, long term, ReadOnlyMemory<byte> payload)
    {
        CheckNext(index, term);
        if (!CommandCodec.TryReadEnvelope(payload, out var envelope))
        {
            FailUnreadable(index);
        }

        switch (envelope.Kind)
        {
            case CommandKind.Set when CommandCodec.TryReadSet(envelope.Body, out var set):
                var existed = Set(set);
                Advance(index, term);
                return new ApplyResult(envelope.Origin, CommandKind.Set, Revision, existed, Previous: default);
            case CommandKind.Delete when CommandCodec.TryReadDelete(envelope.Body, out var delete):
                var removed = Delete(delete);
                Advance(index, term);
                return new ApplyResult(
                    envelope.Origin,
                    CommandKind.Delete,
                    Revision,
                    Existed: !removed.IsNone,
                    Previous: removed.IsNone ? default : removed.Value);
            default:
                FailUnreadable(index);
                return default;
        }
    }

    /// <summary>Applies the next committed entry, which is not a command: only the applied index and term advance.</summary>
    /// <exception cref="StoreInvariantException">The entry is not the next one.</exception>
    public void ApplyEmpty(long index, long term)
    {
        CheckNext(index, term);
        Advance(index, term);
    }

    /// <summary>What describes the state as it is now.</summary>
    public CheckpointMetadata Describe() => new(AppliedIndex, AppliedTerm, Revision, Count, StateHash);

    /// <summary>
    /// The changes since the last delta, also when there are none: the applied index has a place in the checkpoint,
    /// too. Costs nothing, however many there are. Several deltas may be under way.
    /// </summary>
    public CheckpointDelta TakeDelta() => dirty.Take(Describe());

    /// <summary>
    /// Takes back a delta that did not, or not surely, reach the checkpoint; the next one covers its changes. With it
    /// go the deltas that were taken since: whoever still holds one drops it, or returns it, which does nothing more.
    /// </summary>
    public void ReturnDelta(CheckpointDelta delta)
    {
        if (!ReferenceEquals(delta.Owner, dirty))
        {
            throw new ArgumentException("The delta was taken from another state machine.", nameof(delta));
        }

        dirty.Return(delta, records);
    }

    /// <summary>
    /// Throws <see cref="StoreInvariantException"/> unless the tree is in order and the running hash is that of its
    /// content. Costs a full scan with a hashing of every byte: for tests and for a check that somebody asked for.
    /// </summary>
    public void CheckInvariants()
    {
        records.CheckInvariants();
        var scanned = default(StateHash);
        foreach (var record in records.All())
        {
            scanned.Add(record.RecomputeContentHash());
            StoreInvariant.Check(record.ModRevision <= Revision, "no record is newer than the store");
        }

        StoreInvariant.Check(scanned.At(Revision) == StateHash, "the running hash is the hash of the content");
    }

    private bool Set(SetCommand command)
    {
        var revision = checked(Revision + 1);
        var key = command.Key.Span;
        var slot = records.Locate(key);
        var previous = slot.Record;
        var existed = slot.Found;
        var record = KeyValueRecord.Create(new RecordView(
            key,
            command.Value.Span,
            existed ? previous.CreateRevision : revision,
            revision,
            existed ? previous.Version + 1 : 1));
        records.Put(slot, record);
        if (existed)
        {
            hash.Remove(previous);
        }

        hash.Add(record);
        dirty.Changed(record);
        Revision = revision;
        return existed;
    }

    private KeyValueRecord Delete(DeleteCommand command)
    {
        var removed = records.Remove(command.Key.Span);
        if (removed.IsNone)
        {
            return removed;
        }

        Revision = checked(Revision + 1);
        hash.Remove(removed);
        dirty.Deleted(command.Key.Span);
        return removed;
    }

    private void CheckNext(long index, long term)
    {
        if (index != AppliedIndex + 1 || term < AppliedTerm || term < 1)
        {
            StoreInvariant.Fail($"entries are applied one after the other: entry {index}@{term} came after {AppliedIndex}@{AppliedTerm}");
        }
    }

    private void Advance(long index, long term)
    {
        AppliedIndex = index;
        AppliedTerm = term;
        MarkIfDue();
    }

    private void MarkIfDue()
    {
        if (StateMarks.IsDue(AppliedIndex))
        {
            marks.Add(new StateMark(AppliedIndex, StateHash));
        }
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private static void FailUnreadable(long index) =>
        StoreInvariant.Fail($"a committed command can be read: entry {index} is damaged or of a newer version");
}
