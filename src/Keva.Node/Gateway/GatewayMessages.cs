using System.Diagnostics;
using Keva.Node.Consensus;

namespace Keva.Node.Gateway;

/// <summary>What a write does.</summary>
public enum WriteKind
{
    Set,
    Delete,
}

/// <summary>A client's write; answered with a <see cref="WriteOutcome"/>.</summary>
public sealed record ClientWrite(WriteKind Kind, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value, WriteRouting Routing)
{
    /// <summary>The span that it is part of; null if nobody traces it.</summary>
    public Activity? Trace { get; init; }
}

/// <summary>A client's read; answered with a <see cref="ReadOutcome"/>.</summary>
public sealed record ClientRead(ReadOnlyMemory<byte> Key, ReadConsistency Consistency)
{
    /// <summary>The span that it is part of; null if nobody traces it.</summary>
    public Activity? Trace { get; init; }
}

/// <summary>From now on this node is part of a cluster, and these actors serve it.</summary>
public sealed record GatewayOpened(Actors.IActorRef Consensus, Actors.IActorRef Store);

/// <summary>Asks for the store's actor; answered with <see cref="StoreFound"/>.</summary>
public sealed record GetStore
{
    public static readonly GetStore Instance = new();
}

/// <param name="Store">Null as long as the node is part of no cluster.</param>
public sealed record StoreFound(Actors.IActorRef? Store);

/// <summary>The node stops: requests that wait are finished, new ones refused.</summary>
public sealed record GatewayClosing
{
    public static readonly GatewayClosing Instance = new();
}

/// <summary>Answer to <see cref="GatewayClosing"/>: nobody waits any more.</summary>
public sealed record GatewayDrained
{
    public static readonly GatewayDrained Instance = new();
}
