using Keva.Journal.Checkpoints;
using Keva.Raft;

namespace Keva.Journal.Simulation;

/// <summary>
/// The checkpoint store in memory, in virtual time: the same contract as <see cref="SqliteCheckpointStore"/>, but the disk
/// is a <see cref="SimulatedCheckpointDisk"/> and work is done when the schedule says so. Used by one thread.
/// </summary>
public sealed class SimulatedCheckpointStore : ICheckpointStore
{
    private static readonly StorageProblem Full = new(StorageProblemKind.DiskFull, "simulated checkpoint: the disk is full");
    private static readonly StorageProblem Failed = new(StorageProblemKind.InputOutput, "simulated checkpoint: the disk failed");
    private static readonly StorageProblem Damaged = new(StorageProblemKind.Corrupt, "simulated checkpoint: it is damaged");
    private static readonly StorageProblem Closed = new(StorageProblemKind.Closed, "simulated checkpoint: it was closed or replaced");

    private readonly SimulatedCheckpointDisk disk;
    private readonly Action<TimeSpan, Action> schedule;
    private readonly Random random;
    private readonly Queue<Work> work = [];
    private readonly List<Snapshot> snapshots = [];
    private Incoming? incoming;
    private bool busy;
    private bool broken;
    private bool ended;

    /// <param name="disk">What earlier stores left; one store at a time.</param>
    /// <param name="schedule">Runs an action after some virtual time.</param>
    /// <param name="random">Decides latencies, and what a crash leaves of a write under way.</param>
    public SimulatedCheckpointStore(SimulatedCheckpointDisk disk, Action<TimeSpan, Action> schedule, Random random)
    {
        this.disk = disk;
        this.schedule = schedule;
        this.random = random;
    }

    /// <summary>Something to do, and what a crash may have done of it.</summary>
    private readonly record struct Work(Action Step, Action? OnCrash);

    public void Load(ICheckpointLoad load) => Post(() =>
    {
        if (disk.IsDamaged || broken)
        {
            load.Refused(broken ? Failed : Damaged);
            return;
        }

        if (disk.Metadata is { } metadata)
        {
            load.Describe(metadata, disk.Records.Count);
        }

        foreach (var chunk in disk.Records.Values.Chunk(1000))
        {
            load.Records(chunk);
        }

        load.Loaded(disk.Metadata);
    });

    public void Write(ReadOnlyMemory<CheckpointChange> changes, CheckpointMetadata metadata, Action<StorageProblem?> completed)
    {
        Post(
            () =>
            {
                var problem = Problem();
                if (problem is null)
                {
                    Apply(changes, metadata);
                }

                completed(problem);
            },
            onCrash: () => Apply(changes, metadata));
    }

    public void OpenSnapshot(int chunkBytes, Action<SnapshotOpening> completed) => Post(() =>
    {
        if (disk.Metadata is not { } metadata)
        {
            completed(default);
            return;
        }

        var snapshot = new Snapshot(this, metadata, Cut([.. disk.Records.Values], chunkBytes));
        snapshots.Add(snapshot);
        completed(new SnapshotOpening(snapshot, Problem: null));
    });

    public void BeginReceive(Action<ReceiveOpening> completed) => Post(() =>
    {
        if (Problem() is { } problem)
        {
            completed(new ReceiveOpening(Incoming: null, problem));
            return;
        }

        incoming = new Incoming(this);
        completed(new ReceiveOpening(incoming, Problem: null));
    });

    /// <summary>
    /// The process or the power dies. A write under way may have reached the disk as a whole; nothing is reported any more.
    /// </summary>
    public void Crash()
    {
        if (!ended && work.TryPeek(out var current) && Problem() is null && random.Next(2) == 0)
        {
            current.OnCrash?.Invoke();
        }

        ended = true;
    }

    /// <summary>An orderly stop: finishes what was asked for.</summary>
    public void Dispose()
    {
        while (!ended && work.TryDequeue(out var next))
        {
            next.Step();
        }

        ended = true;
    }

    private static CheckpointRecord[][] Cut(CheckpointRecord[] records, int chunkBytes)
    {
        var chunks = new List<CheckpointRecord[]>();
        var first = 0;
        var bytes = 0L;
        for (var i = 0; i < records.Length; i++)
        {
            bytes += records[i].Key.Length + records[i].Value.Length;
            if (bytes >= chunkBytes || i == records.Length - 1)
            {
                chunks.Add(records[first..(i + 1)]);
                first = i + 1;
                bytes = 0;
            }
        }

        return chunks.Count == 0 ? [[]] : [.. chunks];
    }

    private void Post(Action step, Action? onCrash = null)
    {
        if (!ended)
        {
            work.Enqueue(new Work(step, onCrash));
            Proceed();
        }
    }

    private void Proceed()
    {
        if (busy || ended || work.Count == 0)
        {
            return;
        }

        busy = true;
        schedule(disk.MinimumLatency + (disk.MaximumLatency - disk.MinimumLatency) * random.NextDouble(), () =>
        {
            busy = false;
            if (!ended && work.TryDequeue(out var next))
            {
                next.Step();
                Proceed();
            }
        });
    }

    private StorageProblem? Problem()
    {
        broken |= disk.IsFailing;
        return broken ? Failed : disk.IsFull ? Full : null;
    }

    private void Apply(ReadOnlyMemory<CheckpointChange> changes, CheckpointMetadata metadata)
    {
        var records = disk.Records.ToBuilder();
        foreach (ref readonly var change in changes.Span)
        {
            if (change.Record is { } record)
            {
                records[change.Key] = record;
            }
            else
            {
                records.Remove(change.Key);
            }
        }

        disk.Records = records.ToImmutable();
        disk.Metadata = metadata;
    }

    private sealed class Snapshot(SimulatedCheckpointStore store, CheckpointMetadata metadata, CheckpointRecord[][] chunks) : ICheckpointSnapshot
    {
        private bool isClosed;

        public CheckpointMetadata Metadata => metadata;

        public long RecordCount => chunks.Sum(chunk => (long)chunk.Length);

        public void Read(long chunkNumber, Action<ChunkReading> completed) => store.Post(() =>
        {
            if (isClosed)
            {
                completed(new ChunkReading(Chunk: null, Closed));
                return;
            }

            Invariant.Check(chunkNumber >= 0 && chunkNumber < chunks.Length, "a chunk that is asked for is one of the snapshot's");
            completed(new ChunkReading(new CheckpointChunk(chunkNumber, [.. chunks[chunkNumber]], chunkNumber == chunks.Length - 1), Problem: null));
        });

        public void Dispose()
        {
            isClosed = true;
            store.snapshots.Remove(this);
        }
    }

    private sealed class Incoming(SimulatedCheckpointStore store) : IIncomingCheckpoint
    {
        private readonly SortedDictionary<ReadOnlyMemory<byte>, CheckpointRecord> records = new(SimulatedCheckpointDisk.NoRecords.KeyComparer);

        public void Add(ReadOnlyMemory<CheckpointRecord> added, Action<StorageProblem?> completed) => store.Post(() =>
        {
            var problem = Problem();
            if (problem is null)
            {
                foreach (ref readonly var record in added.Span)
                {
                    records[record.Key] = record;
                }
            }

            completed(problem);
        });

        public void Install(CheckpointMetadata metadata, Action<StorageProblem?> completed) => store.Post(
            () =>
            {
                var problem = Problem();
                if (problem is null)
                {
                    Replace(metadata);
                }

                completed(problem);
            },
            onCrash: () => Replace(metadata));

        public void Dispose() => store.Post(() =>
        {
            if (store.incoming == this)
            {
                store.incoming = null;
            }
        });

        private void Replace(CheckpointMetadata metadata)
        {
            if (store.incoming == this)
            {
                foreach (var snapshot in store.snapshots.ToArray())
                {
                    snapshot.Dispose();
                }

                store.disk.Records = SimulatedCheckpointDisk.NoRecords.AddRange(records);
                store.disk.Metadata = metadata;
                store.disk.IsDamaged = false;
                store.incoming = null;
            }
        }

        private StorageProblem? Problem() => store.incoming == this ? store.Problem() : Closed;
    }
}
