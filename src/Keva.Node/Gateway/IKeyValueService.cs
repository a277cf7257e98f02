namespace Keva.Node.Gateway;

/// <summary>How fresh a read must be.</summary>
public enum ReadConsistency
{
    /// <summary>Sees every write that was acknowledged before the read began, anywhere in the cluster (§6.4).</summary>
    Linearizable,

    /// <summary>As linearizable while clocks run at about the same rate; the leader answers without asking others.</summary>
    Lease,

    /// <summary>What this node has, however old, also without a leader.</summary>
    Stale,
}

/// <summary>
/// The store as this node offers it to whoever sits in the same process: the HTTP gateway, an embedding host. Keys and
/// values are bytes; a key is well-formed UTF-8. Every method answers within the request time-out, and never throws for
/// trouble that the caller can act on: that is in <c>Error</c>. Methods may be called from any thread. Whoever calls
/// gives the memory of key and value away, and never writes to the memory of a value that it got.
/// </summary>
public interface IKeyValueService
{
    /// <summary>Answers once the value is durable on a majority and applied.</summary>
    Task<WriteOutcome> SetAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, WriteRouting routing = WriteRouting.Forward);

    /// <summary>Deletes the key. <see cref="WriteOutcome.Existed"/> is false if there was none; then no revision is used.</summary>
    Task<WriteOutcome> DeleteAsync(ReadOnlyMemory<byte> key, WriteRouting routing = WriteRouting.Forward);

    Task<ReadOutcome> GetAsync(ReadOnlyMemory<byte> key, ReadConsistency consistency = ReadConsistency.Linearizable);

    /// <summary>The cluster as this node sees it now; costs nothing and works without a leader.</summary>
    ClusterView View { get; }
}

/// <summary>What a node that is not the leader does with a write.</summary>
public enum WriteRouting
{
    /// <summary>Hands it to the leader and answers for it.</summary>
    Forward,

    /// <summary>Refuses it with <see cref="KevaError.NotLeader"/>.</summary>
    LeaderOnly,
}

/// <param name="Error">Null if the write took effect.</param>
/// <param name="Revision">The cluster's revision after the write.</param>
/// <param name="Existed">For a delete: whether there was a value; for a set: whether it took the place of one.</param>
/// <param name="Previous">The value that a delete removed.</param>
public readonly record struct WriteOutcome(KevaFailure? Error, long Revision, bool Existed, ReadOnlyMemory<byte> Previous);

/// <param name="Error">Null if the read was served.</param>
/// <param name="Found">Whether there is such a key.</param>
/// <param name="ModRevision">The revision of the key's last change.</param>
/// <param name="StoreRevision">The revision of the whole store at the moment of the read.</param>
/// <param name="Served">The consistency that was really served.</param>
/// <param name="Age">For a stale read: time since this node last heard from a leader; null if it never did.</param>
public readonly record struct ReadOutcome(
    KevaFailure? Error,
    bool Found,
    ReadOnlyMemory<byte> Value,
    long ModRevision,
    long StoreRevision,
    ReadConsistency Served,
    TimeSpan? Age);

/// <summary>An error with its sentence.</summary>
/// <param name="Error">Which one.</param>
/// <param name="Message">One sentence: what is wrong and, where there is something, what to do.</param>
/// <param name="Limit">For the too-large errors: the limit in bytes.</param>
public sealed record KevaFailure(KevaError Error, string Message, long? Limit = null);
