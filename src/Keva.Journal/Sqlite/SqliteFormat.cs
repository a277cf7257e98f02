using Keva.Journal.Storage;

namespace Keva.Journal.Sqlite;

/// <summary>What kind of file it is, in which version, as SQLite's header has room for.</summary>
/// <param name="What">The kind in words.</param>
/// <param name="ApplicationId">Marks the file as ours and of this kind.</param>
/// <param name="Version">The format that this program reads and writes.</param>
/// <param name="Schema">Makes the tables.</param>
internal sealed record SqliteFormat(string What, int ApplicationId, int Version, string Schema)
{
    /// <summary>Makes the tables in an empty file; otherwise checks that the file is one of ours and not too new.</summary>
    public void CreateOrVerify(SqliteDatabase database, string path)
    {
        if (database.QueryInteger("PRAGMA schema_version") == 0 && database.QueryInteger("SELECT count(*) FROM sqlite_schema") == 0)
        {
            database.Execute(
                $"BEGIN IMMEDIATE; PRAGMA application_id={ApplicationId}; PRAGMA user_version={Version}; {Schema}; COMMIT");
            return;
        }

        if (database.QueryInteger("PRAGMA application_id") != ApplicationId)
        {
            throw new StorageException(new StorageProblem(
                StorageProblemKind.Corrupt,
                $"{path} is no Keva {What}"));
        }

        var version = database.QueryInteger("PRAGMA user_version");
        if (version > Version)
        {
            throw new StorageException(new StorageProblem(
                StorageProblemKind.UnsupportedFormat,
                $"{path} has format {version}, and this program knows formats up to {Version}. Use the version of Keva that wrote it, or a newer one"));
        }

        if (version != Version)
        {
            throw new StorageException(new StorageProblem(
                StorageProblemKind.Corrupt,
                $"{path} has format {version}, which never was"));
        }
    }
}
