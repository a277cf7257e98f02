namespace Keva.Store.Checkpoints;

/// <summary>
/// The keys that changed since the last delta was taken, each with its newest record, or with its key alone if it was
/// deleted. Kept in order all along, so that taking a delta is handing over a tree: no pause to collect or sort,
/// however much has changed.
/// </summary>
internal sealed class DirtyRecords(long baseIndex)
{
    private KeyValueMap entries = new();
    private long baseIndex = baseIndex;
    private DeltaLink next = new();

    public int Count => entries.Count;

    public long ContentBytes => entries.ContentBytes;

    public void Changed(KeyValueRecord record) => entries.Put(record);

    public void Deleted(ReadOnlySpan<byte> key) => entries.Put(KeyValueRecord.KeyOnly(key));

    public CheckpointDelta Take(CheckpointMetadata metadata)
    {
        var delta = new CheckpointDelta(this, baseIndex, metadata, entries);
        entries = new KeyValueMap();
        baseIndex = metadata.AppliedIndex;
        next.Delta = delta;
        next = delta.Successor;
        return delta;
    }

    /// <summary>
    /// Makes the keys of a delta dirty again, and those of all deltas that were taken since: they build on it, and so
    /// must whatever is taken from now on.
    /// </summary>
    public void Return(CheckpointDelta delta, KeyValueMap current)
    {
        if (delta.IsReturned)
        {
            return;
        }

        for (var lost = delta; lost is not null; lost = lost.Successor.Delta)
        {
            if (!lost.IsReturned)
            {
                lost.IsReturned = true;
                baseIndex = Math.Min(baseIndex, lost.BaseIndex);
                MarkDirty(lost, current);
            }
        }
    }

    private void MarkDirty(CheckpointDelta delta, KeyValueMap current)
    {
        foreach (var change in delta)
        {
            // Not the record of the delta: the key may have changed since.
            if (current.TryGet(change.Key.Span, out var record))
            {
                Changed(record);
            }
            else
            {
                Deleted(change.Key.Span);
            }
        }
    }
}
