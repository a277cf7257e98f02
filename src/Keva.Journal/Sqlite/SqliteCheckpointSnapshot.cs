using Keva.Journal.Checkpoints;
using Keva.Journal.Storage;
using Keva.Raft;

namespace Keva.Journal.Sqlite;

/// <summary>A snapshot: a read transaction on a connection and a thread of its own, so that it and the deltas do not wait for each other.</summary>
internal sealed class SqliteCheckpointSnapshot : ICheckpointSnapshot
{
    private readonly SqliteCheckpointStore store;
    private readonly CheckpointFile file;
    private readonly CheckpointReader reader;
    private readonly int chunkBytes;
    private readonly WorkerThread worker = new("keva-snapshot");

    // The first key of each chunk that is known so far. The empty key is before all others.
    private readonly List<byte[]> firstKeys = [[]];
    private long? lastChunk;

    // The chunk whose first record the reader stands on, so that reading on needs no search.
    private long? standsAt;

    public SqliteCheckpointSnapshot(SqliteCheckpointStore store, CheckpointFile file, CheckpointMetadata metadata, long recordCount, int chunkBytes)
    {
        this.store = store;
        this.file = file;
        this.chunkBytes = chunkBytes;
        Metadata = metadata;
        RecordCount = recordCount;
        reader = file.Read();
    }

    public CheckpointMetadata Metadata { get; }

    public long RecordCount { get; }

    public void Read(long chunkNumber, Action<ChunkReading> completed)
    {
        if (!worker.TryPost(() => completed(ReadChunk(chunkNumber))))
        {
            store.Post(() => completed(new ChunkReading(Chunk: null, new StorageProblem(StorageProblemKind.Closed, "the snapshot was closed"))));
        }
    }

    public void Dispose()
    {
        worker.TryPost(() =>
        {
            reader.Dispose();
            file.Dispose();
            store.Ended(this);
        });
        worker.Complete();
    }

    /// <summary>Ends the snapshot and waits until its connection is closed.</summary>
    public void End()
    {
        Dispose();
        worker.Join();
    }

    private ChunkReading ReadChunk(long number)
    {
        try
        {
            // A transfer that is taken up again by a new sender may ask for a chunk that was never read here.
            while (firstKeys.Count <= number && lastChunk is null)
            {
                ReadKnown(firstKeys.Count - 1);
            }

            Invariant.Check(number >= 0 && number < firstKeys.Count, "a chunk that is asked for is one of the snapshot's");
            return new ChunkReading(ReadKnown((int)number), Problem: null);
        }
        catch (StorageException e)
        {
            standsAt = null;
            return new ChunkReading(Chunk: null, e.Problem);
        }
    }

    private CheckpointChunk ReadKnown(int number)
    {
        var more = standsAt == number || reader.Seek(firstKeys[number]);
        standsAt = null;
        var records = new List<CheckpointRecord>();
        var bytes = 0L;
        while (more && (records.Count == 0 || bytes < chunkBytes))
        {
            var record = reader.Record(out _);
            records.Add(record);
            bytes += record.Key.Length + record.Value.Length;
            more = reader.Next();
        }

        if (!more)
        {
            lastChunk = number;
        }
        else
        {
            standsAt = number + 1;
            if (firstKeys.Count == number + 1)
            {
                firstKeys.Add(reader.Key());
            }
        }

        return new CheckpointChunk(number, [.. records], IsLast: !more);
    }
}
