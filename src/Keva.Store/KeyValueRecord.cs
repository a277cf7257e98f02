using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Keva.Store;

/// <summary>
/// A key with its value and history. Immutable: a change makes a new record, so that the memory of a value can be
/// handed to readers on any thread without copying. <c>default</c> stands for "no record".
/// </summary>
/// <remarks>
/// A record is one array and this struct only a way to look at it. That makes one object a key instead of three or
/// four, which is what a garbage collector with millions of keys feels most, and it lets the hash run over the record
/// where it lies. Layout, little endian:
/// <code>
/// content hash : 16 bytes | key length : int32 | create : int64 | mod : int64 | version : int64 | key | value
/// </code>
/// The content hash is the first half of SHA-256 over all that follows it. It is kept because a record that is
/// replaced or deleted must be taken out of the state hash again: sixteen bytes a key spare every second hashing.
/// </remarks>
public readonly struct KeyValueRecord : IEquatable<KeyValueRecord>
{
    private const int HashSize = 16;
    private const int KeyLengthAt = HashSize;
    private const int CreateRevisionAt = KeyLengthAt + 4;
    private const int ModRevisionAt = CreateRevisionAt + 8;
    private const int VersionAt = ModRevisionAt + 8;
    private const int KeyAt = VersionAt + 8;

    private readonly byte[]? bytes;

    private KeyValueRecord(byte[] bytes) => this.bytes = bytes;

    public bool IsNone => bytes is null;

    public ReadOnlyMemory<byte> Key => bytes.AsMemory(KeyAt, KeyLength);

    public ReadOnlyMemory<byte> Value => bytes.AsMemory(KeyAt + KeyLength);

    /// <summary>The revision of the store at which the key came into being, the last time that it did. From 1.</summary>
    public long CreateRevision => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(CreateRevisionAt));

    /// <summary>The revision of the store at which the value was last set.</summary>
    public long ModRevision => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(ModRevisionAt));

    /// <summary>How often the value was set since the key came into being: 1 at creation.</summary>
    public long Version => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(VersionAt));

    public RecordView View => new(KeySpan, bytes.AsSpan(KeyAt + KeyLength), CreateRevision, ModRevision, Version);

    internal ReadOnlySpan<byte> KeySpan => bytes.AsSpan(KeyAt, KeyLength);

    /// <summary>Bytes of key and value.</summary>
    internal int ContentSize => bytes!.Length - KeyAt;

    /// <summary>What this record adds to the state hash.</summary>
    internal UInt128 ContentHash => BinaryPrimitives.ReadUInt128LittleEndian(bytes);

    /// <summary>A key without a record: see <see cref="KeyOnly"/>.</summary>
    internal bool IsKeyOnly => Version == 0;

    private int KeyLength => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(KeyLengthAt));

    /// <summary>
    /// Copies key and value into a record of their own. They come as parts of network and journal buffers that are
    /// up to megabytes long; keeping such a part would keep the whole buffer alive for as long as the key lives.
    /// A copy costs nanoseconds where the hash beside it costs hundreds.
    /// </summary>
    public static KeyValueRecord Create(RecordView view)
    {
        StoreInvariant.Check(view.IsWellFormed, "a record has a key, rising revisions and a version");
        var record = GC.AllocateUninitializedArray<byte>(checked(KeyAt + view.Key.Length + view.Value.Length));
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(KeyLengthAt), view.Key.Length);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(CreateRevisionAt), view.CreateRevision);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(ModRevisionAt), view.ModRevision);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(VersionAt), view.Version);
        view.Key.CopyTo(record.AsSpan(KeyAt));
        view.Value.CopyTo(record.AsSpan(KeyAt + view.Key.Length));
        BinaryPrimitives.WriteUInt128LittleEndian(record, HashContent(record));
        return new KeyValueRecord(record);
    }

    /// <summary>
    /// A key alone, for places that are ordered by keys but hold no values: separators in the tree, and deletions among
    /// the changes. Its version is zero, which no real record has.
    /// </summary>
    internal static KeyValueRecord KeyOnly(ReadOnlySpan<byte> key)
    {
        var record = new byte[KeyAt + key.Length];
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(KeyLengthAt), key.Length);
        key.CopyTo(record.AsSpan(KeyAt));
        return new KeyValueRecord(record);
    }

    /// <summary>The content hash from the bytes, without trusting the one that was kept.</summary>
    internal UInt128 RecomputeContentHash() => HashContent(bytes!);

    public bool Equals(KeyValueRecord other) =>
        ReferenceEquals(bytes, other.bytes)
        || (bytes is not null && other.bytes is not null && bytes.AsSpan().SequenceEqual(other.bytes));

    public override bool Equals(object? obj) => obj is KeyValueRecord other && Equals(other);

    public override int GetHashCode() => bytes is null ? 0 : ModRevision.GetHashCode();

    public static bool operator ==(KeyValueRecord left, KeyValueRecord right) => left.Equals(right);

    public static bool operator !=(KeyValueRecord left, KeyValueRecord right) => !left.Equals(right);

    private static UInt128 HashContent(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[HashSize..], digest);
        return BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }
}
