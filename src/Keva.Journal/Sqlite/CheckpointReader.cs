using Keva.Journal.Checkpoints;

namespace Keva.Journal.Sqlite;

/// <summary>Walks over the records of a checkpoint file in key order and verifies each.</summary>
internal sealed class CheckpointReader(SqliteDatabase database, string path) : IDisposable
{
    private readonly SqliteStatement select = database.Prepare(
        "SELECT key, value, create_revision, mod_revision, version, crc FROM record WHERE key >= ?1 ORDER BY key");

    /// <summary>Stands on the first record whose key is not before <paramref name="key"/>. False if there is none.</summary>
    public bool Seek(ReadOnlySpan<byte> key)
    {
        select.Reset();
        select.Bind(1, key);
        return select.Step();
    }

    public bool Next() => select.Step();

    /// <summary>The key of the record that the reader stands on.</summary>
    public byte[] Key() => select.Blob(0).ToArray();

    /// <summary>The record that the reader stands on. Key and value share one array, made for them.</summary>
    /// <exception cref="StorageException">The record is damaged.</exception>
    public CheckpointRecord Record(out uint checksum)
    {
        var key = select.Blob(0);
        var value = select.Blob(1);
        var createRevision = select.Integer(2);
        var modRevision = select.Integer(3);
        var version = select.Integer(4);
        var bytes = GC.AllocateUninitializedArray<byte>(key.Length + value.Length);
        key.CopyTo(bytes);
        value.CopyTo(bytes.AsSpan(key.Length));
        checksum = CheckpointChecksum.Of(key, value, createRevision, modRevision, version);
        if (checksum != select.Integer(5))
        {
            throw CheckpointFile.Corrupt(path, $"the record of key {Convert.ToHexStringLower(key[..Math.Min(key.Length, 64)])} (hexadecimal) does not match its checksum");
        }

        return new CheckpointRecord(bytes.AsMemory(0, key.Length), bytes.AsMemory(key.Length), createRevision, modRevision, version);
    }

    public void Dispose() => select.Dispose();
}
