using Keva.Journal;
using Keva.Journal.Checkpoints;

namespace Keva.Tests.Journal.Support;

/// <summary>What loading a checkpoint brought.</summary>
internal sealed record LoadedCheckpoint(IReadOnlyList<CheckpointRecord> Records, CheckpointMetadata? Metadata, StorageProblem? Problem);

/// <summary>A checkpoint store over storage that outlives it, for tests that do not care which kind it is.</summary>
internal abstract class CheckpointHarness : IDisposable
{
    public ICheckpointStore Store { get; protected set; } = null!;

    public abstract void Open();

    public abstract void Crash();

    public abstract void SetDiskFull(bool full);

    /// <summary>Damages a record of the stored checkpoint, while no store is open.</summary>
    public abstract void Damage();

    public abstract void Dispose();

    /// <summary>Waits for a completion and returns what it was called with.</summary>
    public abstract T Await<T>(Action<Action<T>> call);

    public void Reopen()
    {
        Store.Dispose();
        Open();
    }

    public StorageProblem? Write(CheckpointMetadata metadata, params CheckpointChange[] changes) =>
        Await<StorageProblem?>(completed => Store.Write(changes, metadata, completed));

    public LoadedCheckpoint Load() => Await<LoadedCheckpoint>(completed => Store.Load(new Loader(completed)));

    public SnapshotOpening OpenSnapshot(int chunkBytes) => Await<SnapshotOpening>(completed => Store.OpenSnapshot(chunkBytes, completed));

    public ChunkReading Read(ICheckpointSnapshot snapshot, long number) => Await<ChunkReading>(completed => snapshot.Read(number, completed));

    public List<CheckpointRecord> ReadAll(ICheckpointSnapshot snapshot)
    {
        var records = new List<CheckpointRecord>();
        for (var number = 0; ; number++)
        {
            var chunk = Read(snapshot, number).Chunk!;
            records.AddRange(chunk.Records);
            if (chunk.IsLast)
            {
                return records;
            }
        }
    }

    public IIncomingCheckpoint BeginReceive() => Await<ReceiveOpening>(Store.BeginReceive).Incoming!;

    public StorageProblem? Add(IIncomingCheckpoint incoming, params CheckpointRecord[] records) =>
        Await<StorageProblem?>(completed => incoming.Add(records, completed));

    public StorageProblem? Install(IIncomingCheckpoint incoming, CheckpointMetadata metadata) =>
        Await<StorageProblem?>(completed => incoming.Install(metadata, completed));

    private sealed class Loader(Action<LoadedCheckpoint> completed) : ICheckpointLoad
    {
        private readonly List<CheckpointRecord> all = [];
        private (CheckpointMetadata Metadata, long RecordCount)? description;

        public void Describe(CheckpointMetadata metadata, long recordCount) => description = (metadata, recordCount);

        public void Records(CheckpointRecord[] records) => all.AddRange(records);

        public void Loaded(CheckpointMetadata? metadata)
        {
            Assert.Equal(metadata, description?.Metadata);
            Assert.Equal(all.Count, description?.RecordCount ?? 0);
            completed(new LoadedCheckpoint(all, metadata, Problem: null));
        }

        public void Refused(StorageProblem problem) => completed(new LoadedCheckpoint([], Metadata: null, problem));
    }
}
