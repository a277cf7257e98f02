using Keva.Journal.Checkpoints;
using Keva.Raft;

namespace Keva.Journal.Sqlite;

/// <summary>A checkpoint that is being received into a file of its own. All work is done on the store's thread.</summary>
internal sealed class SqliteIncomingCheckpoint(SqliteCheckpointStore store, string path) : IIncomingCheckpoint
{
    private static readonly StorageProblem Ended = new(
        StorageProblemKind.Closed,
        "the incoming checkpoint was closed, or another one was begun");

    private CheckpointFile? file = CheckpointFile.Create(path);
    private CheckpointTotals totals;
    private bool isComplete;
    private bool hasEnded;

    /// <summary>The file that is being filled; only on the store's thread.</summary>
    internal CheckpointFile ReceivingFile => file!;

    public void Add(ReadOnlyMemory<CheckpointRecord> records, Action<StorageProblem?> completed) =>
        store.Post(() => completed(Guarded(() =>
        {
            Invariant.Check(file is not null, "records come before the checkpoint is installed");
            file.Add(records.Span, ref totals);
        })));

    public void Install(CheckpointMetadata metadata, Action<StorageProblem?> completed) =>
        store.Post(() => completed(Guarded(() =>
        {
            Complete(metadata);
            store.Replace(path);
            hasEnded = true;
        })));

    public void Dispose() => store.Post(End);

    /// <summary>Throws away what was received, unless it was installed.</summary>
    public void End()
    {
        if (!hasEnded)
        {
            hasEnded = true;
            file?.Dispose();
            store.Discard(this);
        }
    }

    private void Complete(CheckpointMetadata metadata)
    {
        if (isComplete)
        {
            // Only the last step failed the last time.
            return;
        }

        file!.WriteMetadata(metadata, totals);
        file.Dispose();
        file = null;
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(handle);
        isComplete = true;
    }

    private StorageProblem? Guarded(Action step)
    {
        if (hasEnded)
        {
            return Ended;
        }

        try
        {
            step();
            return null;
        }
        catch (StorageException e)
        {
            return e.Problem;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new StorageProblem(StorageProblemKind.InputOutput, $"{path}: {e.Message}");
        }
    }
}
