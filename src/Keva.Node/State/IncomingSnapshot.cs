using Keva.Journal.Checkpoints;
using Keva.Raft.Driver;
using Keva.Store;
using Keva.Store.Checkpoints;
using Keva.Store.Snapshots;

namespace Keva.Node.State;

/// <summary>
/// Checks a snapshot piece by piece as it comes in, and builds the state from it beside the checkpoint that is being
/// written. The first piece is the header, the others hold records.
/// </summary>
internal sealed class IncomingSnapshot(SnapshotDescription description)
{
    private StateMachineLoader? loader;

    public SnapshotDescription Description { get; } = description;

    public Keva.Journal.Checkpoints.CheckpointMetadata? Metadata { get; private set; }

    /// <summary>
    /// Takes the next piece. The records to keep (none for the header), or null if it is not a piece of this snapshot.
    /// </summary>
    public CheckpointRecord[]? Take(long chunkNumber, ReadOnlyMemory<byte> data)
    {
        if (chunkNumber == 0)
        {
            return TakeHeader(data) ? [] : null;
        }

        if (loader is null || !SnapshotChunkCodec.TryReadRecords(data, out var chunk))
        {
            return null;
        }

        var records = new CheckpointRecord[chunk.Count];
        var i = 0;
        foreach (var record in chunk)
        {
            if (!loader.Add(record))
            {
                return null;
            }

            records[i++] = new CheckpointRecord(record.Key.ToArray(), record.Value.ToArray(), record.CreateRevision, record.ModRevision, record.Version);
        }

        return records;
    }

    /// <summary>The state, if all pieces together are what the header promised.</summary>
    public StateMachine? Complete() => loader?.Complete().StateMachine;

    private bool TakeHeader(ReadOnlyMemory<byte> data)
    {
        if (!SnapshotChunkCodec.TryReadHeader(data.Span, out var header)
            || header.AppliedIndex != Description.LastEntry.Index.Value
            || header.AppliedTerm != Description.LastEntry.Term.Value)
        {
            return false;
        }

        Metadata = CheckpointRecords.Describe(header, Description.Configuration);
        loader = new StateMachineLoader(header);
        return true;
    }
}
