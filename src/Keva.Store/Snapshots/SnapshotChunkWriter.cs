namespace Keva.Store.Snapshots;

/// <summary>
/// Packs records, which come in the order of their keys, into chunks of <see cref="SnapshotChunkCodec"/>. A chunk is at
/// most <paramref name="maxChunkBytes"/> long, unless a single record is longer: that one goes alone.
/// </summary>
public sealed class SnapshotChunkWriter(int maxChunkBytes)
{
    private byte[] buffer = [];
    private int length = SnapshotChunkCodec.RecordsPrefixSize;

    /// <summary>Records in the chunk that is being filled.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// Adds the record to the chunk. False if it does not fit any more: then <see cref="Take"/> the chunk and add the
    /// record to the next, which always takes it.
    /// </summary>
    public bool TryAdd(RecordView record)
    {
        StoreInvariant.Check(record.IsWellFormed, "a record has a key, rising revisions and a version");
        var size = checked(SnapshotChunkCodec.RecordOverhead + record.Key.Length + record.Value.Length);
        if (Count > 0 && size > maxChunkBytes - length)
        {
            return false;
        }

        EnsureRoomFor(size);
        SnapshotChunkCodec.WriteRecord(buffer.AsSpan(length), record);
        length += size;
        Count++;
        return true;
    }

    /// <summary>The chunk with all records since the last one; the caller owns it. There must be at least one.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        if (Count == 0)
        {
            throw new InvalidOperationException("There is no record to make a chunk of.");
        }

        SnapshotChunkCodec.WriteRecordsPrefix(buffer, Count);
        var chunk = buffer.AsMemory(0, length);
        buffer = [];
        length = SnapshotChunkCodec.RecordsPrefixSize;
        Count = 0;
        return chunk;
    }

    private void EnsureRoomFor(int size)
    {
        var needed = checked(length + size);
        if (needed > buffer.Length)
        {
            // Twice as much each time, but no more than a chunk can need.
            var capacity = Math.Max(needed, Math.Min(maxChunkBytes, Math.Max(1024, (int)Math.Min(2L * buffer.Length, int.MaxValue))));
            var larger = GC.AllocateUninitializedArray<byte>(capacity);
            buffer.AsSpan(0, Math.Min(length, buffer.Length)).CopyTo(larger);
            buffer = larger;
        }
    }
}
