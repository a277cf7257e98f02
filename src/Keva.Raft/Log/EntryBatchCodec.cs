using System.Buffers.Binary;

namespace Keva.Raft.Log;

/// <summary>
/// The one byte form of a run of entries, the same in the journal and between nodes. Little endian:
/// <code>
/// count : uint32 | first index : int64 | then per entry:  term : int64 | kind : byte | length : uint32 | payload
/// </code>
/// It carries no version and no checksum: the record around it (a journal row, a frame) has both.
/// </summary>
public static class EntryBatchCodec
{
    public const int HeaderSize = 12;
    public const int EntryOverhead = 13;

    public static ReadOnlyMemory<byte> Encode(ReadOnlySpan<LogEntry> entries)
    {
        var size = HeaderSize;
        foreach (ref readonly var entry in entries)
        {
            size = checked(size + EntryOverhead + entry.Payload.Length);
        }

        var bytes = new byte[size];
        var span = bytes.AsSpan();
        BinaryPrimitives.WriteUInt32LittleEndian(span, (uint)entries.Length);
        BinaryPrimitives.WriteInt64LittleEndian(span[4..], entries.IsEmpty ? 0 : entries[0].Index.Value);
        span = span[HeaderSize..];
        foreach (ref readonly var entry in entries)
        {
            BinaryPrimitives.WriteInt64LittleEndian(span, entry.Term.Value);
            span[8] = (byte)entry.Kind;
            BinaryPrimitives.WriteUInt32LittleEndian(span[9..], (uint)entry.Payload.Length);
            entry.Payload.Span.CopyTo(span[EntryOverhead..]);
            span = span[(EntryOverhead + entry.Payload.Length)..];
        }

        return bytes;
    }

    /// <summary>
    /// Payloads of the result point into <paramref name="bytes"/>. False, without large allocations, for anything that
    /// is not exactly one batch with rising indexes, positive non-decreasing terms and known kinds.
    /// </summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out LogEntry[] entries)
    {
        entries = [];
        var span = bytes.Span;
        if (span.Length < HeaderSize)
        {
            return false;
        }

        var count = BinaryPrimitives.ReadUInt32LittleEndian(span);
        var first = BinaryPrimitives.ReadInt64LittleEndian(span[4..]);
        if (count > (span.Length - HeaderSize) / EntryOverhead
            || first < 0 || first > long.MaxValue - count || (first == 0) != (count == 0))
        {
            return false;
        }

        var decoded = new LogEntry[count];
        var offset = HeaderSize;
        var previousTerm = 1L;
        for (var i = 0; i < decoded.Length; i++)
        {
            if (span.Length - offset < EntryOverhead)
            {
                return false;
            }

            var term = BinaryPrimitives.ReadInt64LittleEndian(span[offset..]);
            var kind = span[offset + 8];
            var length = BinaryPrimitives.ReadUInt32LittleEndian(span[(offset + 9)..]);
            offset += EntryOverhead;
            if (term < previousTerm || kind > (byte)EntryKind.Configuration || length > span.Length - offset)
            {
                return false;
            }

            decoded[i] = new LogEntry(new LogIndex(first + i), new Term(term), (EntryKind)kind, bytes.Slice(offset, (int)length));
            offset += (int)length;
            previousTerm = term;
        }

        if (offset != span.Length)
        {
            return false;
        }

        entries = decoded;
        return true;
    }
}
