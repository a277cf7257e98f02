using SQLitePCL;

namespace Keva.Journal.Sqlite;

/// <summary>A prepared statement. Columns count from 0, parameters from 1.</summary>
internal sealed class SqliteStatement(SqliteDatabase database, sqlite3_stmt handle, string sql) : IDisposable
{
    public void Bind(int parameter, long value) => Check(raw.sqlite3_bind_int64(handle, parameter, value));

    /// <summary>SQLite takes a copy; an empty span binds an empty blob, not null.</summary>
    public void Bind(int parameter, ReadOnlySpan<byte> value) =>
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, parameter, 0) : raw.sqlite3_bind_blob(handle, parameter, value));

    /// <summary>Goes to the next row; false when there is none.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        return code switch
        {
            raw.SQLITE_ROW => true,
            raw.SQLITE_DONE => false,
            _ => throw Fail(code),
        };
    }

    /// <summary>Runs a statement that returns no row and makes it ready to run again.</summary>
    public void Run()
    {
        var code = raw.sqlite3_step(handle);
        if (code is not raw.SQLITE_DONE and not raw.SQLITE_ROW)
        {
            throw Fail(code);
        }

        Reset();
    }

    /// <summary>Back before the first row. Bound values stay.</summary>
    public void Reset() => raw.sqlite3_reset(handle);

    public long Integer(int column) => raw.sqlite3_column_int64(handle, column);

    /// <summary>Valid until the next step.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(handle, column);

    public string Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    public void Dispose() => handle.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw Fail(code);
        }
    }

    private StorageException Fail(int code)
    {
        // The exception first: resetting forgets the error.
        var failure = database.Failure(code, sql);
        Reset();
        return failure;
    }
}
