using Keva.Store.Checkpoints;

namespace Keva.Tests.Store;

/// <summary>A checkpoint as a dictionary: what the store on disk does with deltas, without the disk.</summary>
internal sealed class CheckpointCopy
{
    private readonly SortedDictionary<byte[], Row> rows = new(ByteOrder.Instance);

    private sealed record Row(byte[] Value, long Create, long Mod, long Version);

    public CheckpointMetadata Metadata { get; private set; }

    /// <summary>False if the delta must not be applied to what is here.</summary>
    public bool TryApply(CheckpointDelta delta)
    {
        if (!delta.AppliesTo(Metadata.AppliedIndex))
        {
            return false;
        }

        foreach (var change in delta)
        {
            if (change.IsDelete)
            {
                rows.Remove(change.Key.ToArray());
            }
            else
            {
                var record = change.Record;
                rows[change.Key.ToArray()] = new Row(record.Value.ToArray(), record.CreateRevision, record.ModRevision, record.Version);
            }
        }

        Metadata = delta.Metadata;
        return true;
    }

    public LoadResult Load()
    {
        var loader = new StateMachineLoader(Metadata);
        foreach (var (key, row) in rows)
        {
            loader.Add(new(key, row.Value, row.Create, row.Mod, row.Version));
        }

        return loader.Complete();
    }
}
