using Keva.Journal;
using Keva.Journal.Checkpoints;

namespace Keva.Node.Telemetry.Measuring;

/// <summary>Looks on while a checkpoint store works, and counts and times what it does.</summary>
internal sealed class MeasuredCheckpointStore(ICheckpointStore inner, CheckpointTimes times, SnapshotCounts snapshots) : ICheckpointStore
{
    public void Load(ICheckpointLoad load) => inner.Load(load);

    public void Write(ReadOnlyMemory<CheckpointChange> changes, CheckpointMetadata metadata, Action<StorageProblem?> completed)
    {
        var began = times.Timestamp();
        inner.Write(changes, metadata, problem =>
        {
            times.Written(began, changes.Length, problem is null);
            completed(problem);
        });
    }

    public void OpenSnapshot(int chunkBytes, Action<SnapshotOpening> completed) => inner.OpenSnapshot(chunkBytes, opening =>
    {
        if (opening.Snapshot is { } snapshot)
        {
            snapshots.SendOpened();
            completed(opening with { Snapshot = new MeasuredSnapshot(snapshot, snapshots) });
            return;
        }

        snapshots.SendFailed();
        completed(opening);
    });

    public void BeginReceive(Action<ReceiveOpening> completed)
    {
        snapshots.ReceiveStarted();
        inner.BeginReceive(opening =>
        {
            if (opening.Incoming is { } incoming)
            {
                completed(opening with { Incoming = new MeasuredIncoming(incoming, snapshots) });
                return;
            }

            snapshots.ReceiveFailed();
            completed(opening);
        });
    }

    public void Dispose() => inner.Dispose();

    private sealed class MeasuredSnapshot(ICheckpointSnapshot inner, SnapshotCounts snapshots) : ICheckpointSnapshot
    {
        private int isDisposed;

        public CheckpointMetadata Metadata => inner.Metadata;

        public long RecordCount => inner.RecordCount;

        public void Read(long chunkNumber, Action<ChunkReading> completed) => inner.Read(chunkNumber, reading =>
        {
            if (reading.Chunk is not null)
            {
                snapshots.ChunkRead();
            }
            else
            {
                snapshots.SendFailed();
            }

            completed(reading);
        });

        public void Dispose()
        {
            if (Interlocked.Exchange(ref isDisposed, 1) == 0)
            {
                snapshots.SendClosed();
            }

            inner.Dispose();
        }
    }

    private sealed class MeasuredIncoming(IIncomingCheckpoint inner, SnapshotCounts snapshots) : IIncomingCheckpoint
    {
        public void Add(ReadOnlyMemory<CheckpointRecord> records, Action<StorageProblem?> completed) =>
            inner.Add(records, problem =>
            {
                CountFailure(problem);
                completed(problem);
            });

        public void Install(CheckpointMetadata metadata, Action<StorageProblem?> completed) =>
            inner.Install(metadata, problem =>
            {
                CountFailure(problem);
                if (problem is null)
                {
                    snapshots.ReceiveInstalled();
                }

                completed(problem);
            });

        public void Dispose() => inner.Dispose();

        private void CountFailure(StorageProblem? problem)
        {
            if (problem is not null)
            {
                snapshots.ReceiveFailed();
            }
        }
    }
}
