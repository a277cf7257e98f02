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
public sealed record Member(string Name, IPEndPoint Address, IReadOnlyDictionary<string, string> Tags, MemberStatus Status);
