using System.Diagnostics;
using Keva.Journal.Rows;
using Keva.Journal.Storage;
using Keva.Raft;

namespace Keva.Journal.Sqlite;

/// <summary>
/// The rows of the journal in a SQLite file. One connection in exclusive locking mode, so the index of the write-ahead
/// log lives in this process and not in a shared file, and each commit is one append to the log and one synchronisation.
/// </summary>
internal sealed class JournalFile : IJournalStorage
{
    private const int PageSize = 4096;

    // Deleting goes in steps of so many rows; between steps it looks at the clock.
    private const long DeletionStep = 8;
    private static readonly SqliteFormat Format = new(
        "journal",
        ApplicationId: 0x4b76_4a31,
        Version: 1,
        """
        CREATE TABLE journal (
            row_nr INTEGER PRIMARY KEY,
            persistence_id INTEGER NOT NULL,
            sequence_nr INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            first_index INTEGER NOT NULL,
            last_index INTEGER NOT NULL,
            term INTEGER NOT NULL,
            payload BLOB NOT NULL,
            crc INTEGER NOT NULL)
        """);

    private readonly string path;
    private readonly JournalOptions options;
    private readonly SqliteDatabase database;
    private readonly TailWitness witness;
    private readonly SqliteStatement begin;
    private readonly SqliteStatement commit;
    private readonly SqliteStatement insert;
    private readonly SqliteStatement delete;
    private long walBytes;
    private long walBytesAtNextCheckpoint;

    private JournalFile(string path, JournalOptions options, SqliteDatabase database, TailWitness witness)
    {
        this.path = path;
        this.options = options;
        this.database = database;
        this.witness = witness;
        walBytesAtNextCheckpoint = options.CheckpointBytes;
        begin = database.Prepare("BEGIN IMMEDIATE");
        commit = database.Prepare("COMMIT");
        insert = database.Prepare("INSERT INTO journal VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
        delete = database.Prepare("DELETE FROM journal WHERE row_nr >= ?1 AND row_nr < ?2 AND persistence_id = ?3");
    }

    /// <summary>Opens the journal, making an empty one if there is no file.</summary>
    /// <exception cref="StorageException">It cannot be opened; a <see cref="JournalCorruptException"/> if it is damaged.</exception>
    public static JournalFile Open(string path, JournalOptions options)
    {
        try
        {
            if (!File.Exists(path))
            {
                // In one go with closing, because SQLite deletes the log that lies beside an empty file.
                Connect(path).Dispose();
            }

            PreallocateWal(path + "-wal", options.CheckpointBytes);
            var connection = Connect(path);
            TailWitness? tail = null;
            try
            {
                tail = TailWitness.Open(path + "-tail");
                DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
                return new JournalFile(path, options, connection, tail);
            }
            catch
            {
                tail?.Dispose();
                connection.LeaveFilesOnClose();
                connection.Dispose();
                throw;
            }
        }
        catch (StorageException e) when (e is { Problem.Kind: StorageProblemKind.Corrupt } and not JournalCorruptException)
        {
            throw new JournalCorruptException(path, row: null, e.Problem.Message, e);
        }
    }

    /// <summary>The connection; only for the thread that uses this file.</summary>
    internal SqliteDatabase Database => database;

    public void Replay(JournalLedger ledger)
    {
        try
        {
            VerifyStructure();
            using var select = database.Prepare(
                "SELECT row_nr, persistence_id, sequence_nr, kind, first_index, last_index, term, payload, crc FROM journal ORDER BY row_nr");
            while (select.Step())
            {
                ReplayRow(select, ledger);
            }
        }
        catch (StorageException e) when (e is { Problem.Kind: StorageProblemKind.Corrupt } and not JournalCorruptException)
        {
            throw new JournalCorruptException(path, row: null, e.Problem.Message, e);
        }

        ledger.FinishReplay(witness.Acknowledged);
    }

    public long Commit(IReadOnlyList<PreparedWrite> writes, RowDeletion? deletion)
    {
        var deletedUpTo = 0L;
        try
        {
            begin.Run();
            for (var i = 0; i < writes.Count; i++)
            {
                foreach (ref readonly var row in writes[i].Rows.AsSpan())
                {
                    Insert(row);
                }
            }

            if (deletion is { } rows)
            {
                deletedUpTo = Delete(rows);
            }

            commit.Run();
        }
        catch (StorageException e) when (e.Problem.IsTransient)
        {
            database.RollBack();
            throw;
        }

        Acknowledge(writes);
        walBytes += (long)database.TakePagesWritten() * PageSize;
        return deletedUpTo;
    }

    public void Tidy(bool isIdle)
    {
        if (walBytes >= walBytesAtNextCheckpoint || (isIdle && walBytes >= options.IdleCheckpointBytes))
        {
            CheckpointWal();
        }
    }

    // A write-ahead log that was copied is written again from its beginning, in the space that it has.
    public void MakeRoom() => CheckpointWal();

    public void Abandon() => database.LeaveFilesOnClose();

    public void Dispose()
    {
        begin.Dispose();
        commit.Dispose();
        insert.Dispose();
        delete.Dispose();
        database.Dispose();
        witness.Dispose();
    }

    private static SqliteDatabase Connect(string path)
    {
        var connection = SqliteDatabase.OpenOrCreate(path);
        try
        {
            Configure(connection);
            Format.CreateOrVerify(connection, path);
            return connection;
        }
        catch
        {
            connection.LeaveFilesOnClose();
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Fills the place of the write-ahead log with zeros, which SQLite takes for an empty log. Synchronising a write
    /// inside a file takes half the time of one that makes the file longer, because the file's own description stays as
    /// it is. Preallocating without writing would not do: the first write to each block changes the description, too.
    /// </summary>
    private static void PreallocateWal(string walPath, long bytes)
    {
        using var handle = File.OpenHandle(walPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        if (RandomAccess.GetLength(handle) > 0)
        {
            // The log of a process that died, perhaps before it had synchronised what it wrote. What is replayed counts as
            // durable from then on, so it must be.
            RandomAccess.FlushToDisk(handle);
            return;
        }

        try
        {
            var zeros = new byte[64 << 10];
            for (var offset = 0L; offset < bytes; offset += zeros.Length)
            {
                RandomAccess.Write(handle, zeros, offset);
            }

            RandomAccess.FlushToDisk(handle);
        }
        catch (IOException)
        {
            // It is only slower without. If the disk is full, the first write will say so.
            RandomAccess.SetLength(handle, 0);
        }
    }

    private static void Configure(SqliteDatabase database)
    {
        database.Execute($"PRAGMA page_size={PageSize}");

        // Before anything touches the write-ahead log, so that no shared-memory file is made.
        database.Execute("PRAGMA locking_mode=EXCLUSIVE");
        if (!string.Equals(database.QueryText("PRAGMA journal_mode=WAL"), "wal", StringComparison.Ordinal))
        {
            throw database.Failure(SQLitePCL.raw.SQLITE_CANTOPEN, "switch to the write-ahead log");
        }

        database.Execute("PRAGMA synchronous=FULL; PRAGMA secure_delete=OFF; PRAGMA temp_store=MEMORY");

        // We choose the moment ourselves: SQLite's own would fall into a commit every thousand pages.
        database.Execute("PRAGMA wal_autocheckpoint=0");
    }

    /// <summary>
    /// Has SQLite look for pages that are used twice or linked wrongly. Checksums of rows do not see those, and an insert
    /// into a page from a damaged free list would overwrite another row.
    /// </summary>
    private void VerifyStructure()
    {
        var verdict = database.QueryText("PRAGMA quick_check(1)");
        if (!string.Equals(verdict, "ok", StringComparison.Ordinal))
        {
            throw new JournalCorruptException(path, row: null, $"its pages do not fit together: {verdict}");
        }
    }

    private static void ReplayRow(SqliteStatement select, JournalLedger ledger)
    {
        var row = new JournalRow(
            select.Integer(0),
            new GroupId(unchecked((uint)select.Integer(1))),
            select.Integer(2),
            (JournalRowKind)select.Integer(3),
            select.Integer(4),
            select.Integer(5),
            select.Integer(6),
            select.Blob(7).ToArray());
        ledger.Replay(row, unchecked((uint)select.Integer(8)));
    }

    private void Insert(in JournalRow row)
    {
        insert.Bind(1, row.Number);
        insert.Bind(2, row.Group.Value);
        insert.Bind(3, row.Sequence);
        insert.Bind(4, (long)row.Kind);
        insert.Bind(5, row.FirstIndex);
        insert.Bind(6, row.LastIndex);
        insert.Bind(7, row.Term);
        insert.Bind(8, row.Payload.Span);
        insert.Bind(9, row.Checksum());
        insert.Run();
    }

    private long Delete(RowDeletion rows)
    {
        var started = Stopwatch.GetTimestamp();
        var next = rows.FirstRow;
        do
        {
            var end = Math.Min(next + DeletionStep, rows.EndRow);
            delete.Bind(1, next);
            delete.Bind(2, end);
            delete.Bind(3, rows.Group.Value);
            delete.Run();
            next = end;
        }
        while (next < rows.EndRow && Stopwatch.GetElapsedTime(started) < options.DeletionSlice);
        return next;
    }

    private void Acknowledge(IReadOnlyList<PreparedWrite> writes)
    {
        for (var i = 0; i < writes.Count; i++)
        {
            // Of neighbours of one group only the last one counts.
            var rows = writes[i].Rows;
            if (rows.Length > 0 && (i + 1 == writes.Count || writes[i + 1].Group != writes[i].Group || writes[i + 1].Rows.Length == 0))
            {
                witness.Acknowledge(writes[i].Group, rows[^1].Sequence);
            }
        }
    }

    private void CheckpointWal()
    {
        try
        {
            if (database.CheckpointWal(truncate: false))
            {
                walBytes = 0;
            }

            walBytesAtNextCheckpoint = walBytes + options.CheckpointBytes;
        }
        catch (StorageException e) when (e.Problem.IsTransient)
        {
            // No room to make the main file longer. The rows are safe in the log, which goes on growing; if that finds no
            // room either, the commit says so.
            walBytesAtNextCheckpoint = walBytes + options.CheckpointBytes / 4;
        }
    }
}
