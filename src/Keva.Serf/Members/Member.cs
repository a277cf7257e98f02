using System.Net;

namespace Keva.Serf;

/// <summary>The numbers are those of the protocol.</summary>
public enum MemberStatus
{
    None = 0,
    Alive = 1,
    Leaving = 2,
    Left = 3,
    Failed = 4,
}

/// <summary>A node as the cluster knows it.</summary>
/// <param name="Name">Unlike any other's.</param>
/// <param name="Address">Where it gossips.</param>
/// <param name="Tags">What it says of itself, by name in ordinal order.</param>
/// <param name="Status">Whether it is there.</param>
public sealed record Member(string Name, IPEndPoint Address, IReadOnlyDictionary<string, string> Tags, MemberStatus Status)
{
    public ProtocolVersions Versions { get; init; }

    /// <summary>The Lamport time of the latest intent to join or leave that is known of it.</summary>
    public ulong StatusTime { get; init; }
}

/// <summary>What a node understands and speaks of the failure detector's protocol, and of the layer above.</summary>
public readonly record struct ProtocolVersions(
    byte ProtocolMin, byte ProtocolMax, byte Protocol, byte DelegateMin, byte DelegateMax, byte Delegate);

/// <summary>How far a node's Lamport clocks are: of intents to join and leave, of user events, of queries.</summary>
public readonly record struct LamportTimes(ulong Members, ulong Events, ulong Queries);
