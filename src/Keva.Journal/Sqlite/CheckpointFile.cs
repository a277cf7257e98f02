using System.Buffers.Binary;
using Keva.Journal.Checkpoints;
using Keva.Raft;
using Keva.Raft.Membership;

namespace Keva.Journal.Sqlite;

/// <summary>
/// One connection to one checkpoint file: the records by key, and one row that says what they are a checkpoint of. Used
/// by one thread at a time.
/// </summary>
internal sealed class CheckpointFile : IDisposable
{
    private static readonly SqliteFormat Format = new(
        "checkpoint",
        ApplicationId: 0x4b76_4331,
        Version: 1,
        """
        CREATE TABLE record (
            key BLOB NOT NULL PRIMARY KEY,
            value BLOB NOT NULL,
            create_revision INTEGER NOT NULL,
            mod_revision INTEGER NOT NULL,
            version INTEGER NOT NULL,
            crc INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE checkpoint (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            applied_index INTEGER NOT NULL,
            applied_term INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            state_hash BLOB NOT NULL,
            configuration BLOB NOT NULL,
            record_count INTEGER NOT NULL,
            record_checksum INTEGER NOT NULL,
            crc INTEGER NOT NULL)
        """);

    private readonly string path;
    private readonly SqliteDatabase database;
    private readonly Lazy<Changes> changes;

    private CheckpointFile(string path, SqliteDatabase database)
    {
        this.path = path;
        this.database = database;
        changes = new Lazy<Changes>(() => new Changes(database), isThreadSafe: false);
    }

    /// <summary>Opens the file for deltas, making an empty one if there is none.</summary>
    public static CheckpointFile OpenForWriting(string path)
    {
        SynchroniseWal(path + "-wal");
        return Open(
            path,
            SqliteDatabase.OpenOrCreate,
            verify: Format.CreateOrVerify,
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-16384");
    }

    /// <summary>
    /// Makes a file for records from elsewhere. It needs no protection against a crash, which ends it anyway; its
    /// rollback journal, for statements that fail, is in memory.
    /// </summary>
    public static CheckpointFile Create(string path) => Open(
        path,
        SqliteDatabase.OpenOrCreate,
        verify: Format.CreateOrVerify,
        "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA cache_size=-16384");

    /// <summary>Opens the file beside its writer and holds on to the state that it has now.</summary>
    public static CheckpointFile OpenSnapshot(string path) => Open(path, SqliteDatabase.OpenReadOnly, verify: null, "BEGIN");

    /// <summary>
    /// The log may be of a process that died before it had synchronised what it wrote. The journal begins where the
    /// checkpoint ends: what is loaded from here must not be lost any more.
    /// </summary>
    private static void SynchroniseWal(string walPath)
    {
        if (File.Exists(walPath))
        {
            using var handle = File.OpenHandle(walPath, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            RandomAccess.FlushToDisk(handle);
        }
    }

    /// <summary>What the file is a checkpoint of; null if nothing was ever written.</summary>
    /// <exception cref="StorageException">The file is damaged.</exception>
    public (CheckpointMetadata Metadata, CheckpointTotals Totals)? ReadMetadata()
    {
        using var select = database.Prepare(
            "SELECT applied_index, applied_term, revision, state_hash, configuration, record_count, record_checksum, crc FROM checkpoint");
        if (!select.Step())
        {
            return null;
        }

        var stateHash = select.Blob(3);
        if (stateHash.Length != CheckpointChecksum.StateHashSize)
        {
            throw Corrupt(path, "the hash of its state is malformed");
        }

        var hash = BinaryPrimitives.ReadUInt128LittleEndian(stateHash);
        if (!ClusterConfigurationCodec.TryDecode(select.Blob(4), out var configuration))
        {
            throw Corrupt(path, "its cluster configuration is malformed");
        }

        var metadata = new CheckpointMetadata(
            new EntryId(new LogIndex(select.Integer(0)), new Term(select.Integer(1))),
            select.Integer(2),
            hash,
            configuration);
        var totals = new CheckpointTotals(select.Integer(5), select.Integer(6));
        return CheckpointChecksum.Of(metadata, totals) == select.Integer(7)
            ? (metadata, totals)
            : throw Corrupt(path, "the checksum of its description does not match");
    }

    /// <summary>A reader of the records in key order, from the first key on that is not before a given one.</summary>
    public CheckpointReader Read() => new(database, path);

    /// <summary>Applies all changes and the metadata in one transaction; on failure none, and nothing is left open.</summary>
    public void Write(ReadOnlySpan<CheckpointChange> delta, CheckpointMetadata metadata)
    {
        database.Execute("BEGIN IMMEDIATE");
        try
        {
            var totals = ReadMetadata()?.Totals ?? default;
            var order = CheckpointKeyOrder.Of(delta);
            for (var i = 0; i < delta.Length; i++)
            {
                changes.Value.Apply(delta[order is null ? i : order[i]], ref totals);
            }

            WriteMetadata(metadata, totals);
            database.Execute("COMMIT");
        }
        catch
        {
            database.RollBack();
            throw;
        }
    }

    /// <summary>Adds records to a file that has no metadata yet, all or none.</summary>
    /// <param name="totals">Those of the records so far; brought up to date on success.</param>
    public void Add(ReadOnlySpan<CheckpointRecord> records, ref CheckpointTotals totals)
    {
        var sum = totals;
        database.Execute("BEGIN IMMEDIATE");
        try
        {
            foreach (ref readonly var record in records)
            {
                changes.Value.Apply(new CheckpointChange(record.Key, record), ref sum);
            }

            database.Execute("COMMIT");
        }
        catch
        {
            database.RollBack();
            throw;
        }

        totals = sum;
    }

    public void WriteMetadata(CheckpointMetadata metadata, CheckpointTotals totals)
    {
        Span<byte> stateHash = stackalloc byte[CheckpointChecksum.StateHashSize];
        BinaryPrimitives.WriteUInt128LittleEndian(stateHash, metadata.StateHash);
        using var replace = database.Prepare("INSERT OR REPLACE INTO checkpoint VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
        replace.Bind(1, metadata.Applied.Index.Value);
        replace.Bind(2, metadata.Applied.Term.Value);
        replace.Bind(3, metadata.Revision);
        replace.Bind(4, stateHash);
        replace.Bind(5, ClusterConfigurationCodec.Encode(metadata.Configuration).Span);
        replace.Bind(6, totals.Count);
        replace.Bind(7, totals.ChecksumSum);
        replace.Bind(8, CheckpointChecksum.Of(metadata, totals));
        replace.Run();
    }

    /// <summary>
    /// Moves the write-ahead log into the main file and empties it. False if an open snapshot still needs it.
    /// </summary>
    public bool TryEmptyWal() => database.CheckpointWal(truncate: true);

    /// <summary>From now on nothing is written any more, also not by closing.</summary>
    public void Abandon() => database.LeaveFilesOnClose();

    public static StorageException Corrupt(string path, string damage) => new(new StorageProblem(
        StorageProblemKind.Corrupt,
        $"{path}: {damage}. Check the disk, move the working directory away and start the node again: it comes back as a new "
        + "member and is filled from the others. If no other member has the data, restore the directory from a backup"));

    public void Dispose()
    {
        if (changes.IsValueCreated)
        {
            changes.Value.Dispose();
        }

        database.Dispose();
    }

    /// <summary>The connection; only for the thread that uses this file.</summary>
    internal SqliteDatabase Database => database;

    private static CheckpointFile Open(string path, Func<string, SqliteDatabase> open, Action<SqliteDatabase, string>? verify, string configuration)
    {
        var connection = open(path);
        try
        {
            connection.Execute(configuration);
            verify?.Invoke(connection, path);
            return new CheckpointFile(path, connection);
        }
        catch
        {
            connection.LeaveFilesOnClose();
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The prepared statements that change records.</summary>
    private sealed class Changes(SqliteDatabase database) : IDisposable
    {
        private readonly SqliteStatement find = database.Prepare("SELECT crc FROM record WHERE key = ?1");
        private readonly SqliteStatement insert = database.Prepare("INSERT INTO record VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        private readonly SqliteStatement delete = database.Prepare("DELETE FROM record WHERE key = ?1");

        private readonly SqliteStatement update = database.Prepare(
            "UPDATE record SET value = ?2, create_revision = ?3, mod_revision = ?4, version = ?5, crc = ?6 WHERE key = ?1");

        public void Apply(in CheckpointChange change, ref CheckpointTotals totals)
        {
            var before = Find(change.Key.Span);
            if (before is { } old)
            {
                totals.Remove(old);
            }

            if (change.Record is { } record)
            {
                var checksum = CheckpointChecksum.Of(record);
                totals.Add(checksum);
                Put(before is null ? insert : update, record, checksum);
            }
            else if (before is not null)
            {
                delete.Bind(1, change.Key.Span);
                delete.Run();
            }
        }

        public void Dispose()
        {
            find.Dispose();
            insert.Dispose();
            delete.Dispose();
            update.Dispose();
        }

        private static void Put(SqliteStatement statement, in CheckpointRecord record, uint checksum)
        {
            statement.Bind(1, record.Key.Span);
            statement.Bind(2, record.Value.Span);
            statement.Bind(3, record.CreateRevision);
            statement.Bind(4, record.ModRevision);
            statement.Bind(5, record.Version);
            statement.Bind(6, checksum);
            statement.Run();
        }

        private uint? Find(ReadOnlySpan<byte> key)
        {
            find.Bind(1, key);
            uint? found = find.Step() ? unchecked((uint)find.Integer(0)) : null;
            find.Reset();
            return found;
        }
    }
}
