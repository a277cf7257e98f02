namespace Keva.Serf.Wire;

/// <summary>A message of the serf layer; what it says is in serf 0.9.4, messages.go.</summary>
internal abstract record SerfMessage;

internal sealed record LeaveIntent(ulong LamportTime, string Node, bool Prune) : SerfMessage;

internal sealed record JoinIntent(ulong LamportTime, string Node) : SerfMessage;

/// <summary>The serf layer's part of a push/pull.</summary>
internal sealed record SerfState(
    ulong LamportTime,
    IReadOnlyList<KeyValuePair<string, ulong>> StatusLamportTimes,
    IReadOnlyList<string>? LeftMembers,
    ulong EventLamportTime,
    IReadOnlyList<EventsAtTime?>? Events,
    ulong QueryLamportTime) : SerfMessage;

/// <summary>The events that were sent at one Lamport time.</summary>
internal sealed record EventsAtTime(ulong LamportTime, IReadOnlyList<NamedPayload> Events);

internal sealed record NamedPayload(string Name, byte[]? Payload);

internal sealed record UserEventMessage(ulong LamportTime, string Name, byte[]? Payload, bool Coalesce) : SerfMessage;

internal sealed record QueryMessage(
    ulong LamportTime,
    uint Id,
    byte[]? Address,
    ushort Port,
    string SourceNode,
    IReadOnlyList<byte[]>? Filters,
    uint Flags,
    byte RelayFactor,
    long TimeoutNanoseconds,
    string Name,
    byte[]? Payload) : SerfMessage
{
    /// <summary>Whoever handles the query says so at once.</summary>
    public const uint AckFlag = 1;

    /// <summary>The query is not passed on.</summary>
    public const uint NoBroadcastFlag = 2;
}

internal sealed record QueryResponseMessage(ulong LamportTime, uint Id, string From, uint Flags, byte[]? Payload) : SerfMessage
{
    public const uint AckFlag = 1;
}

/// <summary>An envelope: <paramref name="Content"/>, a serf message, is to be handed to the node at the address.</summary>
internal sealed record RelayMessage(byte[]? Address, long Port, string Zone, string Node, byte[] Content) : SerfMessage;

internal sealed record KeyRequestMessage(byte[]? Key) : SerfMessage;

internal sealed record KeyResponseMessage(bool Result, string Message, IReadOnlyList<string>? Keys, string PrimaryKey) : SerfMessage;

/// <summary>What a node knows of the member whose name is in dispute; null if it knows none.</summary>
internal sealed record ConflictResponseMessage(MemberRecord? Member) : SerfMessage;

internal sealed record MemberRecord(
    string Name, byte[]? Address, ushort Port, IReadOnlyList<KeyValuePair<string, string>> Tags, int Status, VersionVector Version);
