using System.Net;

namespace Keva.Serf;

/// <summary>A question of one node to all, or to some.</summary>
public readonly record struct QueryId(ulong LamportTime, uint Id);

public sealed record QueryParameters
{
    public static QueryParameters Default { get; } = new();

    /// <summary>Only these nodes are asked; all if empty.</summary>
    public IReadOnlyList<string> Nodes { get; init; } = [];

    /// <summary>Only nodes are asked on whose tags these regular expressions match somewhere.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Whether nodes say that they have the question.</summary>
    public bool WantsAcknowledgements { get; init; }

    /// <summary>By how many ways besides the direct one answers come back.</summary>
    public byte RelayFactor { get; init; }

    /// <summary>How long answers are waited for; null for a time that suits the cluster's size.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>A question that was put to this node.</summary>
/// <param name="Id">Tells it from all others.</param>
/// <param name="Name">What is asked.</param>
/// <param name="Payload">Whatever comes with it.</param>
/// <param name="From">Who asks.</param>
/// <param name="ReplyTo">Where answers go.</param>
/// <param name="RelayFactor">By how many ways besides.</param>
/// <param name="Deadline">When answers are of no use any more.</param>
public sealed record ReceivedQuery(QueryId Id, string Name, byte[] Payload, string From, IPEndPoint ReplyTo, byte RelayFactor, TimeSpan Deadline);
