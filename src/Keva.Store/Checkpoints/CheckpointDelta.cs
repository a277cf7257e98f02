using System.Collections;

namespace Keva.Store.Checkpoints;

/// <summary>
/// All that a checkpoint needs to come to the state of <see cref="Metadata"/> from the state after
/// <see cref="BaseIndex"/>, or from any state between the two: the keys that changed, each once, in order. The content
/// is immutable and may be read on any thread.
/// </summary>
public sealed class CheckpointDelta : IReadOnlyCollection<RecordChange>
{
    private readonly KeyValueMap changes;

    internal CheckpointDelta(DirtyRecords owner, long baseIndex, CheckpointMetadata metadata, KeyValueMap changes)
    {
        Owner = owner;
        BaseIndex = baseIndex;
        Metadata = metadata;
        this.changes = changes;
    }

    /// <summary>The applied index behind which all changes are here.</summary>
    public long BaseIndex { get; }

    /// <summary>The state that the checkpoint holds after this delta.</summary>
    public CheckpointMetadata Metadata { get; }

    /// <summary>Changed keys.</summary>
    public int Count => changes.Count;

    /// <summary>Bytes of the keys and values in it.</summary>
    public long ContentBytes => changes.ContentBytes;

    internal DirtyRecords Owner { get; }

    /// <summary>Leads to the delta that was taken after this one. Like the next, only for the owner's thread.</summary>
    internal DeltaLink Successor { get; } = new();

    internal bool IsReturned { get; set; }

    /// <summary>
    /// Whether a checkpoint at this applied index may take the delta. It must not if it lacks an earlier delta, for
    /// then the metadata of this one would speak of a state that the checkpoint does not hold, nor if it is further
    /// already. It may if it has some of the changes: each comes with the whole record.
    /// </summary>
    public bool AppliesTo(long appliedIndex) => appliedIndex >= BaseIndex && appliedIndex <= Metadata.AppliedIndex;

    public IEnumerator<RecordChange> GetEnumerator()
    {
        foreach (var entry in changes.All())
        {
            yield return new RecordChange(entry);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>
/// Where the delta behind another will be found. A thing apart, so that whoever waits for that delta does not keep the
/// one before it alive.
/// </summary>
internal sealed class DeltaLink
{
    public CheckpointDelta? Delta { get; set; }
}
