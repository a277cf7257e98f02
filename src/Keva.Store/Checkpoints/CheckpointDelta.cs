using System.Collections;

namespace Keva.Store.Checkpoints;

/// <summary>
/// All that a checkpoint needs to go from the state after <see cref="BaseIndex"/> to the state of
/// <see cref="Metadata"/>: the keys that changed in between, each once, in order. Immutable; may be read on any thread.
/// </summary>
/// <remarks>
/// Deltas form a chain. A checkpoint takes one only if it stands at its base: without the changes of a delta that was
/// left out, the metadata of the next would speak of a state that the checkpoint does not hold.
/// </remarks>
public sealed class CheckpointDelta : IReadOnlyCollection<RecordChange>
{
    private readonly KeyValueMap changes;

    internal CheckpointDelta(StateMachine owner, long baseIndex, CheckpointMetadata metadata, KeyValueMap changes)
    {
        Owner = owner;
        BaseIndex = baseIndex;
        Metadata = metadata;
        this.changes = changes;
    }

    /// <summary>The applied index at which a checkpoint must stand to take this delta.</summary>
    public long BaseIndex { get; }

    /// <summary>The state that the checkpoint holds after this delta.</summary>
    public CheckpointMetadata Metadata { get; }

    /// <summary>Changed keys.</summary>
    public int Count => changes.Count;

    /// <summary>Bytes of the keys and values in it.</summary>
    public long ContentBytes => changes.ContentBytes;

    internal StateMachine Owner { get; }

    public IEnumerator<RecordChange> GetEnumerator()
    {
        foreach (var entry in changes.All())
        {
            yield return new RecordChange(entry);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
