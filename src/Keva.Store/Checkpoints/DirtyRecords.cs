namespace Keva.Store.Checkpoints;

/// <summary>
/// The keys that changed since the last delta was taken, each with its newest record, or with its key alone if it was
/// deleted. Kept in order all along, so that taking a delta is handing over a tree: no pause to collect or sort,
/// however much has changed.
/// </summary>
internal sealed class DirtyRecords(long baseIndex)
{
    private KeyValueMap entries = new();

    /// <summary>The applied index of the delta before the next one.</summary>
    public long BaseIndex { get; private set; } = baseIndex;

    public int Count => entries.Count;

    public long ContentBytes => entries.ContentBytes;

    public void Changed(KeyValueRecord record) => entries.Put(record);

    public void Deleted(ReadOnlySpan<byte> key) => entries.Put(KeyValueRecord.KeyOnly(key));

    public KeyValueMap Take(long appliedIndex)
    {
        var taken = entries;
        entries = new KeyValueMap();
        BaseIndex = appliedIndex;
        return taken;
    }

    /// <summary>
    /// Makes the keys of a delta dirty again, with the records that they have by now: they may have changed since, and
    /// a delta that was taken later and did get written must not be undone by this one.
    /// </summary>
    public void Return(CheckpointDelta delta, KeyValueMap current)
    {
        foreach (var change in delta)
        {
            if (current.TryGet(change.Key.Span, out var record))
            {
                entries.Put(record);
            }
            else
            {
                Deleted(change.Key.Span);
            }
        }

        BaseIndex = Math.Min(BaseIndex, delta.BaseIndex);
    }
}
