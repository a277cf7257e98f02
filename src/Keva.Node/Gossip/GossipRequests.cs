using System.Net;
using System.Threading.Channels;
using Keva.Serf;

namespace Keva.Node.Gossip;

// What the service asks of the actor. What cannot be done is answered with a failure that holds a GossipException.

internal sealed record GetGossipView
{
    public static readonly GetGossipView Instance = new();
}

/// <summary>Answered with <see cref="GossipDone"/>.</summary>
internal sealed record SendUserEvent(string Name, ReadOnlyMemory<byte> Payload, bool Coalesce);

/// <summary>Answered with <see cref="GossipDone"/> once it is asked; what comes back goes to the writer, which is completed.</summary>
internal sealed record StartQuery(string Name, ReadOnlyMemory<byte> Payload, QueryParameters Parameters, ChannelWriter<QueryProgress> Progress);

/// <summary>Answered with whether there is such a member.</summary>
internal sealed record ForceLeaveMember(string Member, bool Prune);

/// <summary>Answered with a <see cref="GossipJoinOutcome"/>.</summary>
internal sealed record JoinAddresses(IReadOnlyList<string> Addresses, bool IgnoreOldEvents);

/// <summary>Answered with a <see cref="KeyOperationResult"/>.</summary>
internal sealed record ChangeKeys(KeyChange Change, ReadOnlyMemory<byte> Key);

internal enum KeyChange
{
    Install,
    Use,
    Remove,
    List,
}

/// <summary>Answered with a <see cref="RoundTripEstimate"/>.</summary>
internal sealed record EstimateRoundTrip(string From, string To);

internal sealed record RoundTripEstimate(TimeSpan? Time);

/// <summary>Answered with <see cref="GossipDone"/>; from then on news go to the writer.</summary>
internal sealed record StartWatching(ChannelWriter<GossipNews> News);

internal sealed record StopWatching(ChannelWriter<GossipNews> News);

internal sealed record GossipDone
{
    public static readonly GossipDone Instance = new();
}

/// <summary>A name of an address that is to be joined was looked up.</summary>
internal sealed record AddressResolved(JoinAttempt Attempt, string Address, IReadOnlyList<IPEndPoint> EndPoints, string? Problem);
