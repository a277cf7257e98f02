namespace Keva.Linearizability;

public enum OperationKind
{
    Read,
    Set,
    Delete,
}

/// <summary>
/// What one client asked of one key, and what it was told. Moments are readings of any counter that never runs
/// backwards and is the same for all clients. An operation comes before another only if it was completed strictly before
/// the other was invoked.
/// <para>
/// Only what may have taken effect belongs into a history: an operation that failed for certain is left out. One whose
/// outcome is not known has no <see cref="Completed"/>: it may take effect at any time after it was invoked, or never.
/// </para>
/// </summary>
public sealed record Operation
{
    /// <summary>Who asked. It only names the operation in a text; nothing is concluded from it.</summary>
    public required int Client { get; init; }

    public required string Key { get; init; }

    public required OperationKind Kind { get; init; }

    /// <summary>
    /// A number that stands for the value. Of a set: what it wrote; best a number of its own, because whoever reads it
    /// then has seen this very write. Of a read: what it returned, null for "no such key". Of a delete: what it
    /// removed, null if that is not known or it removed nothing.
    /// </summary>
    public long? Value { get; init; }

    /// <summary>Of a set or delete: whether there was a value before, null if the answer did not tell.</summary>
    public bool? Existed { get; init; }

    public required long Invoked { get; init; }

    /// <summary>The moment of the answer; null if there was none, or it left open whether the operation took effect.</summary>
    public long? Completed { get; init; }

    /// <summary>
    /// The revision of the whole store that the answer named: of a write the one that it made, of a read or of a delete
    /// that removed nothing the one that it saw. Null if unknown. Only <see cref="RevisionCheck"/> uses it.
    /// </summary>
    public long? StoreRevision { get; init; }

    /// <summary>Of a read: the revision of the write that it saw. Null if unknown. Only <see cref="RevisionCheck"/> uses it.</summary>
    public long? ModRevision { get; init; }

    /// <summary>Anything that helps a person, such as which node was asked, and how. Nothing is concluded from it.</summary>
    public string? Note { get; init; }

    public bool IsOutcomeKnown => Completed is not null;

    public bool IsWrite => Kind != OperationKind.Read;

    public override string ToString() => HistoryText.Line(this, origin: 0);

    public static Operation Read(int client, string key, long? value, long invoked, long? completed) =>
        new() { Client = client, Key = key, Kind = OperationKind.Read, Value = value, Invoked = invoked, Completed = completed };

    public static Operation Set(int client, string key, long value, long invoked, long? completed) =>
        new() { Client = client, Key = key, Kind = OperationKind.Set, Value = value, Invoked = invoked, Completed = completed };

    public static Operation Delete(int client, string key, bool? existed, long invoked, long? completed) =>
        new() { Client = client, Key = key, Kind = OperationKind.Delete, Existed = existed, Invoked = invoked, Completed = completed };
}
