namespace Keva.Store.Checkpoints;

/// <summary>A key that changed, with the record that it has now, or none if it was deleted.</summary>
public readonly struct RecordChange
{
    private readonly KeyValueRecord entry;

    internal RecordChange(KeyValueRecord entry) => this.entry = entry;

    public ReadOnlyMemory<byte> Key => entry.Key;

    public bool IsDelete => entry.IsKeyOnly;

    /// <summary>The record as of the delta; <see cref="KeyValueRecord.IsNone"/> for a delete.</summary>
    public KeyValueRecord Record => IsDelete ? default : entry;
}
