namespace Keva.Journal.Checkpoints;

/// <summary>
/// The key-value state on disk, brought up to date from time to time with what changed. No method waits for the disk.
/// Completions are called one at a time for each store and each snapshot, on a thread of the store (in the simulator:
/// from the schedule); they only pass the result on and must not throw. A problem that <see
/// cref="StorageProblem.IsTransient"/> left everything as it was, and the call can be repeated; after any other problem
/// with a write, the store refuses all further writes.
/// </summary>
public interface ICheckpointStore : IDisposable
{
    /// <summary>Reads the whole checkpoint in key order, verifying it.</summary>
    void Load(ICheckpointLoad load);

    /// <summary>
    /// Writes what changed since the last delta, all of it or nothing; null when it is durable.
    /// </summary>
    /// <param name="changes">Not to be changed until the completion. A key that occurs twice ends as its last change says.</param>
    /// <param name="metadata">What the checkpoint is of, once the changes are in it.</param>
    void Write(ReadOnlyMemory<CheckpointChange> changes, CheckpointMetadata metadata, Action<StorageProblem?> completed);

    /// <summary>
    /// Opens a view of the checkpoint as the last completed delta left it. It stays as it is while deltas go on; the
    /// file cannot shrink its log meanwhile, so it should not be held for ever.
    /// </summary>
    /// <param name="chunkBytes">
    /// About how many bytes of keys and values go into one chunk; a single larger record still makes a chunk.
    /// </param>
    void OpenSnapshot(int chunkBytes, Action<SnapshotOpening> completed);

    /// <summary>
    /// Starts to take in a checkpoint from elsewhere, beside the current one. One at a time: an unfinished one is
    /// thrown away.
    /// </summary>
    void BeginReceive(Action<ReceiveOpening> completed);
}

/// <summary>Takes in a checkpoint while it is read.</summary>
public interface ICheckpointLoad
{
    /// <summary>What is about to be read, and how many records there will be. Not called if no checkpoint was ever written.</summary>
    void Describe(CheckpointMetadata metadata, long recordCount);

    /// <summary>The next records in key order. The array belongs to the receiver.</summary>
    void Records(CheckpointRecord[] records);

    /// <summary>
    /// All of it was read and verified. Null, with no records before, if no checkpoint was ever written. What was read is
    /// consistent in itself, but if the end of the write-ahead log was lost, it is an older state than the last one that
    /// was completed; the journal, which was trimmed up to that one, tells.
    /// </summary>
    void Loaded(CheckpointMetadata? metadata);

    /// <summary>The checkpoint cannot be used; what came before must be thrown away.</summary>
    void Refused(StorageProblem problem);
}

/// <summary>Either a snapshot or the reason why there is none. Both are null if no checkpoint was ever written.</summary>
public readonly record struct SnapshotOpening(ICheckpointSnapshot? Snapshot, StorageProblem? Problem);

/// <summary>Either a place to put records or the reason why there is none.</summary>
public readonly record struct ReceiveOpening(IIncomingCheckpoint? Incoming, StorageProblem? Problem);

/// <summary>Either a chunk or the reason why there is none.</summary>
public readonly record struct ChunkReading(CheckpointChunk? Chunk, StorageProblem? Problem);

/// <summary>One consistent state of the checkpoint, read in chunks. Disposing of it does not wait.</summary>
public interface ICheckpointSnapshot : IDisposable
{
    CheckpointMetadata Metadata { get; }

    /// <summary>How many records it has.</summary>
    long RecordCount { get; }

    /// <summary>
    /// Reads a chunk. The same number always gives the same records, so a transfer can be taken up again at any chunk.
    /// A number behind the last chunk is a defect. <see cref="StorageProblemKind.Closed"/> after the snapshot was
    /// disposed of, or when an installed checkpoint took the place of the one it is of.
    /// </summary>
    void Read(long chunkNumber, Action<ChunkReading> completed);
}

/// <summary>
/// A checkpoint that is being received. Calls take effect in order. It vanishes without a trace if it is disposed of,
/// or the process ends, before it is installed.
/// </summary>
public interface IIncomingCheckpoint : IDisposable
{
    /// <summary>Adds records; a key that is already there is replaced, so a repeated chunk does no harm.</summary>
    void Add(ReadOnlyMemory<CheckpointRecord> records, Action<StorageProblem?> completed);

    /// <summary>
    /// Makes it durable and puts it in the place of the current checkpoint, at one stroke. Open snapshots of the old one
    /// end. After a transient problem the old checkpoint is still in place and this can be called again.
    /// </summary>
    void Install(CheckpointMetadata metadata, Action<StorageProblem?> completed);
}
