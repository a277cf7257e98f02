using Keva.Journal.Checkpoints;
using Keva.Journal.Sqlite;
using Keva.Journal.Storage;

namespace Keva.Journal;

/// <summary>
/// The checkpoint in a SQLite file. Deltas, loading and receiving run on a thread of the store, each open snapshot on
/// one of its own.
/// </summary>
public sealed class SqliteCheckpointStore : ICheckpointStore
{
    private const int LoadChunk = 4096;
    private readonly string path;
    private readonly string incomingPath;
    private readonly WorkerThread worker = new("keva-checkpoint");

    // Open snapshots; they end on their own threads.
    private readonly Lock gate = new();
    private readonly List<SqliteCheckpointSnapshot> snapshots = [];

    // The worker's own.
    private CheckpointFile? file;
    private SqliteIncomingCheckpoint? incoming;
    private StorageProblem? broken;

    private SqliteCheckpointStore(string path, string incomingPath, CheckpointFile file)
    {
        this.path = path;
        this.incomingPath = incomingPath;
        this.file = file;
    }

    /// <summary>Opens the checkpoint, making an empty one if there is none. What was left of an unfinished incoming one is deleted.</summary>
    /// <exception cref="StorageException">The file cannot be opened, is damaged, is no checkpoint, or has a newer format.</exception>
    public static SqliteCheckpointStore Open(string path)
    {
        try
        {
            var incomingFile = Path.ChangeExtension(path, ".incoming" + Path.GetExtension(path));
            DeleteIncoming(incomingFile);
            var opened = CheckpointFile.OpenForWriting(path);
            DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return new SqliteCheckpointStore(path, incomingFile, opened);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException and not StorageException)
        {
            throw new StorageException(new StorageProblem(StorageProblemKind.InputOutput, $"{path}: {e.Message}"), e);
        }
    }

    /// <summary>The current file; only on the store's thread.</summary>
    internal CheckpointFile CurrentFile => file!;

    public void Load(ICheckpointLoad load) => Post(() =>
    {
        try
        {
            CheckpointMetadata? metadata;
            using (var ahead = new LoadAhead(load))
            {
                metadata = ReadAll(ahead);
            }

            load.Loaded(metadata);
        }
        catch (StorageException e)
        {
            load.Refused(e.Problem);
        }
    });

    public void Write(ReadOnlyMemory<CheckpointChange> changes, CheckpointMetadata metadata, Action<StorageProblem?> completed) => Post(() =>
    {
        completed(Guarded(() => Writing(() => file!.Write(changes.Span, metadata))));

        // After the answer, because nobody waits for it; before the next delta, so that the log does not grow without end.
        Guarded(() => Writing(() => file!.TryEmptyWal()));
    });

    public void OpenSnapshot(int chunkBytes, Action<SnapshotOpening> completed) => Post(() =>
    {
        SqliteCheckpointSnapshot? snapshot = null;
        var problem = Guarded(() => snapshot = OpenSnapshot(chunkBytes));
        completed(new SnapshotOpening(snapshot, problem));
    });

    public void BeginReceive(Action<ReceiveOpening> completed) => Post(() =>
    {
        var problem = Guarded(() =>
        {
            incoming?.End();
            DeleteIncoming(incomingPath);
            incoming = new SqliteIncomingCheckpoint(this, incomingPath);
        });
        completed(new ReceiveOpening(problem is null ? incoming : null, problem));
    });

    /// <summary>Finishes what was asked for, closes everything and waits for it. Later completions do not come.</summary>
    public void Dispose()
    {
        worker.TryPost(() =>
        {
            incoming?.End();
            EndSnapshots();
            file?.Dispose();
        });
        worker.Complete();
        worker.Join();
    }

    /// <summary>Runs something on the store's thread.</summary>
    internal void Post(Action work) => worker.TryPost(work);

    /// <summary>A snapshot has closed its connection.</summary>
    internal void Ended(SqliteCheckpointSnapshot snapshot)
    {
        lock (gate)
        {
            snapshots.Remove(snapshot);
        }
    }

    /// <summary>An incoming checkpoint is given up.</summary>
    internal void Discard(SqliteIncomingCheckpoint given)
    {
        if (incoming == given)
        {
            incoming = null;
            Guarded(() => DeleteIncoming(incomingPath));
        }
    }

    /// <summary>Puts a complete and durable file in the place of the current one.</summary>
    /// <exception cref="StorageException">It could not be done. After a transient problem all is as before.</exception>
    internal void Replace(string completePath)
    {
        if (broken is not null)
        {
            throw new StorageException(broken);
        }

        EndSnapshots();

        // A write-ahead log belongs to its file by name alone. It must be empty before the name changes hands, or a crash
        // in between would let SQLite apply it to the new file.
        var isEmpty = false;
        Writing(() => isEmpty = file!.TryEmptyWal());
        if (!isEmpty)
        {
            throw new StorageException(new StorageProblem(StorageProblemKind.InUse, $"{path}: the checkpoint is in use and cannot be replaced"));
        }

        file!.Dispose();
        file = null;
        try
        {
            File.Move(completePath, path, overwrite: true);
            DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
            file = CheckpointFile.OpenForWriting(path);
            incoming = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            broken = new StorageProblem(StorageProblemKind.InputOutput, $"{path}: the received checkpoint could not be put in place. {e.Message}");
            throw new StorageException(broken, e);
        }
    }

    private static void DeleteIncoming(string incomingPath)
    {
        File.Delete(incomingPath);
        File.Delete(incomingPath + "-journal");
    }

    private SqliteCheckpointSnapshot? OpenSnapshot(int chunkBytes)
    {
        var view = CheckpointFile.OpenSnapshot(path);
        try
        {
            if (view.ReadMetadata() is not { } content)
            {
                view.Dispose();
                return null;
            }

            var snapshot = new SqliteCheckpointSnapshot(this, view, content.Metadata, content.Totals.Count, chunkBytes);
            lock (gate)
            {
                snapshots.Add(snapshot);
            }

            return snapshot;
        }
        catch
        {
            view.Dispose();
            throw;
        }
    }

    private void EndSnapshots()
    {
        SqliteCheckpointSnapshot[] open;
        lock (gate)
        {
            open = [.. snapshots];
        }

        foreach (var snapshot in open)
        {
            snapshot.End();
        }
    }

    private CheckpointMetadata? ReadAll(LoadAhead load)
    {
        if (broken is not null || file is null)
        {
            throw new StorageException(broken!);
        }

        var content = file.ReadMetadata();
        if (content is { } described)
        {
            load.Describe(described.Metadata, described.Totals.Count);
        }

        var found = default(CheckpointTotals);
        var chunk = new List<CheckpointRecord>(LoadChunk);
        using var reader = file.Read();
        for (var more = reader.Seek([]); more; more = reader.Next())
        {
            chunk.Add(reader.Record(out var checksum));
            found.Add(checksum);
            if (chunk.Count == LoadChunk)
            {
                load.Records([.. chunk]);
                chunk.Clear();
            }
        }

        if (found != (content?.Totals ?? default))
        {
            throw CheckpointFile.Corrupt(path, $"it has {found.Count} records and should have {content?.Totals.Count ?? 0}, or they are of another time");
        }

        if (chunk.Count > 0)
        {
            load.Records([.. chunk]);
        }

        return content?.Metadata;
    }

    private StorageProblem? Guarded(Action step)
    {
        if (broken is not null)
        {
            return broken;
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

    /// <summary>Lasting trouble with the current file ends all writing to it: see <see cref="StorageProblemKind.InputOutput"/>.</summary>
    private void Writing(Action step)
    {
        try
        {
            step();
        }
        catch (StorageException e) when (!e.Problem.IsTransient)
        {
            broken = e.Problem;
            file!.Abandon();
            throw;
        }
    }
}
