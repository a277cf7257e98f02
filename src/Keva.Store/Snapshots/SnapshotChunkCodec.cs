using System.Buffers.Binary;
using Keva.Store.Checkpoints;

namespace Keva.Store.Snapshots;

/// <summary>
/// The byte form of a snapshot between nodes: first one header chunk, then records in the order of their keys, as many
/// to a chunk as fit. Little endian:
/// <code>
/// version : byte = 1 | kind : byte | body
/// body of a header (1)    applied index : int64 | applied term : int64 | revision : int64 | record count : int64 | state hash : 16 bytes
/// body of records (2)     count : uint32 | per record:  key length : uint32 | value length : uint32
///                         | create : int64 | mod : int64 | version : int64 | key | value
/// </code>
/// </summary>
/// <remarks>
/// A chunk comes from the network: reading checks every length before it believes it, never throws, and allocates
/// nothing. Whether chunks follow on each other and make up the state that the header promises is for
/// <see cref="StateMachineLoader"/> to say.
/// </remarks>
public static class SnapshotChunkCodec
{
    internal const int RecordsPrefixSize = PrefixSize + 4;
    internal const int RecordOverhead = 4 + 4 + 8 + 8 + 8;

    private const byte Version = 1;
    private const byte HeaderKind = 1;
    private const byte RecordsKind = 2;
    private const int PrefixSize = 2;
    private const int HeaderSize = PrefixSize + (4 * 8) + 16;

    public static byte[] EncodeHeader(CheckpointMetadata metadata)
    {
        var bytes = new byte[HeaderSize];
        bytes[0] = Version;
        bytes[1] = HeaderKind;
        var body = bytes.AsSpan(PrefixSize);
        BinaryPrimitives.WriteInt64LittleEndian(body, metadata.AppliedIndex);
        BinaryPrimitives.WriteInt64LittleEndian(body[8..], metadata.AppliedTerm);
        BinaryPrimitives.WriteInt64LittleEndian(body[16..], metadata.Revision);
        BinaryPrimitives.WriteInt64LittleEndian(body[24..], metadata.RecordCount);
        BinaryPrimitives.WriteUInt128LittleEndian(body[32..], metadata.StateHash);
        return bytes;
    }

    /// <summary>False unless the chunk is exactly one header with numbers that a state can have.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> chunk, out CheckpointMetadata metadata)
    {
        metadata = default;
        if (chunk.Length != HeaderSize || chunk[0] != Version || chunk[1] != HeaderKind)
        {
            return false;
        }

        var body = chunk[PrefixSize..];
        var read = new CheckpointMetadata(
            BinaryPrimitives.ReadInt64LittleEndian(body),
            BinaryPrimitives.ReadInt64LittleEndian(body[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(body[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(body[24..]),
            BinaryPrimitives.ReadUInt128LittleEndian(body[32..]));
        if (!read.IsWellFormed)
        {
            return false;
        }

        metadata = read;
        return true;
    }

    /// <summary>False unless the chunk is exactly one run of well-formed records with ascending keys, at least one.</summary>
    public static bool TryReadRecords(ReadOnlyMemory<byte> chunk, out SnapshotChunk records)
    {
        records = default;
        var span = chunk.Span;
        if (span.Length < RecordsPrefixSize || span[0] != Version || span[1] != RecordsKind)
        {
            return false;
        }

        var count = BinaryPrimitives.ReadUInt32LittleEndian(span[PrefixSize..]);
        span = span[RecordsPrefixSize..];
        if (count == 0 || count > span.Length / RecordOverhead)
        {
            return false;
        }

        ReadOnlySpan<byte> previous = [];
        for (var i = 0u; i < count; i++)
        {
            if (!TryReadRecord(ref span, out var record) || previous.SequenceCompareTo(record.Key) >= 0)
            {
                return false;
            }

            previous = record.Key;
        }

        if (!span.IsEmpty)
        {
            return false;
        }

        records = new SnapshotChunk(chunk[RecordsPrefixSize..], (int)count);
        return true;
    }

    internal static void WriteRecordsPrefix(Span<byte> chunk, int count)
    {
        chunk[0] = Version;
        chunk[1] = RecordsKind;
        BinaryPrimitives.WriteUInt32LittleEndian(chunk[PrefixSize..], (uint)count);
    }

    internal static void WriteRecord(Span<byte> destination, RecordView record)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)record.Key.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], (uint)record.Value.Length);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], record.CreateRevision);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], record.ModRevision);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], record.Version);
        record.Key.CopyTo(destination[RecordOverhead..]);
        record.Value.CopyTo(destination[(RecordOverhead + record.Key.Length)..]);
    }

    internal static bool TryReadRecord(scoped ref ReadOnlySpan<byte> bytes, out RecordView record)
    {
        record = default;
        if (bytes.Length < RecordOverhead)
        {
            return false;
        }

        var keyLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        var valueLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if ((ulong)keyLength + valueLength > (ulong)(bytes.Length - RecordOverhead))
        {
            return false;
        }

        var content = bytes[RecordOverhead..];
        record = new RecordView(
            content[..(int)keyLength],
            content.Slice((int)keyLength, (int)valueLength),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]));
        bytes = content[(int)(keyLength + valueLength)..];
        return record.IsWellFormed;
    }
}
