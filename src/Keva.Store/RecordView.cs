namespace Keva.Store;

/// <summary>
/// A record that lies in someone else's buffer: a row of a checkpoint, a part of a snapshot chunk. For passing on at
/// once; the state machine makes a <see cref="KeyValueRecord"/> of its own from it.
/// </summary>
public readonly ref struct RecordView
{
    public RecordView(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long createRevision, long modRevision, long version)
    {
        Key = key;
        Value = value;
        CreateRevision = createRevision;
        ModRevision = modRevision;
        Version = version;
    }

    public ReadOnlySpan<byte> Key { get; }

    public ReadOnlySpan<byte> Value { get; }

    /// <inheritdoc cref="KeyValueRecord.CreateRevision"/>
    public long CreateRevision { get; }

    /// <inheritdoc cref="KeyValueRecord.ModRevision"/>
    public long ModRevision { get; }

    /// <inheritdoc cref="KeyValueRecord.Version"/>
    public long Version { get; }

    /// <summary>Whether a state machine can have produced such a record. To be asked of all that comes from outside.</summary>
    public bool IsWellFormed =>
        !Key.IsEmpty && CreateRevision >= 1 && ModRevision >= CreateRevision && Version >= 1;
}
