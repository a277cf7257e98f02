namespace Keva.Raft.Log;

/// <summary>What an entry is for.</summary>
public enum EntryKind : byte
{
    /// <summary>Nothing: a new leader commits one of these to commit all that came before (§3.6.2, §6.4).</summary>
    NoOperation = 0,

    /// <summary>A command for the state machine; the payload is opaque to Raft.</summary>
    Command = 1,

    /// <summary>A cluster configuration (§4.1); the payload is an encoded <see cref="Membership.ClusterConfiguration"/>.</summary>
    Configuration = 2,
}

/// <summary>One entry of the replicated log. The payload is never written to after the entry was made.</summary>
public readonly record struct LogEntry(LogIndex Index, Term Term, EntryKind Kind, ReadOnlyMemory<byte> Payload)
{
    public EntryId Id => new(Index, Term);

    /// <summary>Bytes that this entry counts for in limits: its payload and what every entry costs in a record.</summary>
    public long Size => Payload.Length + EntryBatchCodec.EntryOverhead;
}
