using System.Runtime.InteropServices;
using Keva.Journal.Storage;
using SQLitePCL;

namespace Keva.Journal.Sqlite;

/// <summary>
/// One connection to one SQLite file, by the bare C interface: no pool, no command objects. Used by one thread at a time.
/// Every failure is a <see cref="StorageException"/> whose message names the file.
/// </summary>
internal sealed class SqliteDatabase : IDisposable
{
    private readonly sqlite3 handle;
    private readonly string path;

    static SqliteDatabase() => Batteries_V2.Init();

    private SqliteDatabase(sqlite3 handle, string path)
    {
        this.handle = handle;
        this.path = path;
    }

    /// <summary>The file's name, for messages.</summary>
    public string Name => Path.GetFileName(path);

    /// <summary>Opens a file, making it if it is not there.</summary>
    public static SqliteDatabase OpenOrCreate(string path) => Open(path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);

    /// <summary>Opens an existing file without ever writing to its tables.</summary>
    public static SqliteDatabase OpenReadOnly(string path) => Open(path, raw.SQLITE_OPEN_READONLY);

    /// <summary>Runs statements that return nothing of interest.</summary>
    public void Execute(string sql)
    {
        var code = raw.sqlite3_exec(handle, sql);
        if (code != raw.SQLITE_OK)
        {
            throw Failure(code, sql);
        }
    }

    /// <summary>Runs a statement and returns the first column of its first row.</summary>
    public long QueryInteger(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Integer(0) : throw Failure(raw.SQLITE_ERROR, sql);
    }

    /// <summary>Runs a statement and returns the first column of its first row as text.</summary>
    public string QueryText(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Text(0) : throw Failure(raw.SQLITE_ERROR, sql);
    }

    public SqliteStatement Prepare(string sql)
    {
        var code = raw.sqlite3_prepare_v2(handle, sql, out var statement);
        return code == raw.SQLITE_OK ? new SqliteStatement(this, statement, sql) : throw Failure(code, sql);
    }

    /// <summary>Undoes the open transaction, if SQLite has not done so itself already.</summary>
    public void RollBack()
    {
        if (raw.sqlite3_get_autocommit(handle) == 0)
        {
            Execute("ROLLBACK");
        }
    }

    /// <summary>Pages that this connection has written since it was last asked, each a frame of the write-ahead log.</summary>
    public int TakePagesWritten()
    {
        const int cacheWrite = 9; // SQLITE_DBSTATUS_CACHE_WRITE
        _ = raw.sqlite3_db_status(handle, cacheWrite, out var written, out _, 1);
        return written;
    }

    /// <summary>
    /// Copies what the write-ahead log holds into the main file and synchronises that. True if nothing is left behind,
    /// so that the log is begun anew by the next write.
    /// </summary>
    public bool CheckpointWal(bool truncate)
    {
        var mode = truncate ? raw.SQLITE_CHECKPOINT_TRUNCATE : raw.SQLITE_CHECKPOINT_PASSIVE;
        var code = raw.sqlite3_wal_checkpoint_v2(handle, "main", mode, out var logFrames, out var copiedFrames);
        if (code is not raw.SQLITE_OK and not raw.SQLITE_BUSY)
        {
            throw Failure(code, "checkpoint of the write-ahead log");
        }

        return code == raw.SQLITE_OK && logFrames == copiedFrames;
    }

    /// <summary>
    /// Makes closing leave the files as they are, instead of copying the write-ahead log into the main file: after a
    /// disk error nothing more may be written.
    /// </summary>
    public void LeaveFilesOnClose() =>
        _ = raw.sqlite3_db_config(handle, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);

    public StorageException Failure(int code, string doing)
    {
        var extended = raw.sqlite3_extended_errcode(handle);
        if ((extended & 0xff) != (code & 0xff))
        {
            extended = code;
        }

        return SqliteFailure.Translate(path, extended, sqlite3_system_errno(handle), raw.sqlite3_errmsg(handle).utf8_to_string(), doing);
    }

    public void Dispose() => handle.Dispose();

    private static SqliteDatabase Open(string path, int flags)
    {
        // No mutex: a connection is never used by two threads at once.
        var code = raw.sqlite3_open_v2(path, out var handle, flags | raw.SQLITE_OPEN_NOMUTEX, vfs: null);
        var database = new SqliteDatabase(handle, path);
        if (code == raw.SQLITE_OK)
        {
            return database;
        }

        using (database)
        {
            throw database.Failure(code, "open");
        }
    }

    // The error number of the operating system behind the last error; not part of SQLitePCL's surface.
    [DllImport("e_sqlite3", CallingConvention = CallingConvention.Cdecl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern int sqlite3_system_errno(sqlite3 handle);
}
