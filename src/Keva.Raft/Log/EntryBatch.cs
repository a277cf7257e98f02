namespace Keva.Raft.Log;

/// <summary>
/// A run of entries with consecutive indexes, in the form in which it is stored and sent: encoded at most once, however
/// many peers and journals get it. Immutable.
/// </summary>
public sealed class EntryBatch
{
    public static readonly EntryBatch Empty = new([]);

    private readonly LogEntry[] entries;

    // A batch is handed to the journal and to every connection, each with a thread of its own. A reference is replaced
    // in one step, where a memory would be written in several; at worst two threads encode the same bytes.
    private EncodedForm? encoded;

    /// <param name="entries">Owned by the batch from now on. Indexes are consecutive and terms do not decrease.</param>
    public EntryBatch(LogEntry[] entries)
        : this(entries, null)
    {
    }

    private EntryBatch(LogEntry[] entries, ReadOnlyMemory<byte>? encoded)
    {
        for (var i = 1; i < entries.Length; i++)
        {
            Invariant.Check(entries[i].Index == entries[i - 1].Index.Next(), "indexes in a batch are consecutive");
            Invariant.Check(entries[i].Term >= entries[i - 1].Term, "terms never decrease along the log");
        }

        this.entries = entries;
        this.encoded = encoded is { } bytes ? new EncodedForm(bytes) : null;
        foreach (ref readonly var entry in Entries)
        {
            Size += entry.Size;
        }
    }

    public int Count => entries.Length;

    public bool IsEmpty => entries.Length == 0;

    public ReadOnlySpan<LogEntry> Entries => entries;

    public LogEntry this[int position] => entries[position];

    public EntryId First => entries[0].Id;

    public EntryId Last => entries[^1].Id;

    /// <summary>The sum of the entries' <see cref="LogEntry.Size"/>.</summary>
    public long Size { get; }

    /// <summary>The bytes of <see cref="EntryBatchCodec"/> for these entries.</summary>
    public ReadOnlyMemory<byte> Encoded => (encoded ??= new EncodedForm(EntryBatchCodec.Encode(entries))).Bytes;

    /// <summary>Reads a batch that came from outside. False if the bytes are not exactly one well-formed batch.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out EntryBatch batch)
    {
        if (!EntryBatchCodec.TryDecode(bytes, out var decoded))
        {
            batch = Empty;
            return false;
        }

        batch = new EntryBatch(decoded, bytes);
        return true;
    }

    private sealed record EncodedForm(ReadOnlyMemory<byte> Bytes);
}
