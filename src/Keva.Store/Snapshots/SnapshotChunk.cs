namespace Keva.Store.Snapshots;

/// <summary>
/// The records of a chunk that <see cref="SnapshotChunkCodec.TryReadRecords"/> has found to be well-formed, read where
/// they lie.
/// </summary>
public readonly struct SnapshotChunk
{
    private readonly ReadOnlyMemory<byte> records;

    internal SnapshotChunk(ReadOnlyMemory<byte> records, int count)
    {
        this.records = records;
        Count = count;
    }

    public int Count { get; }

    public Enumerator GetEnumerator() => new(records.Span);

    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> rest;
        private RecordView current;

        internal Enumerator(ReadOnlySpan<byte> records)
        {
            rest = records;
            current = default;
        }

        public readonly RecordView Current => current;

        public bool MoveNext() => !rest.IsEmpty && SnapshotChunkCodec.TryReadRecord(ref rest, out current);
    }
}
