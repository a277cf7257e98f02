using System.Net;

namespace Keva.Serf;

/// <summary>What a node is told about itself and its cluster.</summary>
public sealed record SerfOptions
{
    /// <summary>Unlike any other node's; at most 256 bytes of UTF-8.</summary>
    public required string Name { get; init; }

    /// <summary>Where other nodes reach this one, over UDP and TCP.</summary>
    public required IPEndPoint Advertise { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>With keys, gossip is encrypted and plain text is refused.</summary>
    public Keyring Keyring { get; init; } = Keyring.Empty;

    public GossipTiming Timing { get; init; } = GossipTiming.Lan;

    /// <summary>Whether to compress what is sent. What is received may be compressed in any case.</summary>
    public bool Compress { get; init; } = true;

    /// <summary>Most bytes of a datagram.</summary>
    public int DatagramBytes { get; init; } = 1_400;

    /// <summary>How long after its failure a name may be taken over at another address; zero is never, as with agents.</summary>
    public TimeSpan DeadNodeReclaimTime { get; init; }

    /// <summary>How long a leaving node waits for each of its farewells to be sent out.</summary>
    public TimeSpan BroadcastTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a node that has said farewell still answers, for the word to spread.</summary>
    public TimeSpan LeavePropagateDelay { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan ReapInterval { get; init; } = TimeSpan.FromSeconds(15);

    public TimeSpan ReconnectInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a failed member is remembered.</summary>
    public TimeSpan ReconnectTimeout { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long a member that left is remembered.</summary>
    public TimeSpan TombstoneTimeout { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long an intent is kept for a node that is not known yet.</summary>
    public TimeSpan RecentIntentTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A query is open for this many gossip intervals, times the logarithm of the cluster's size.</summary>
    public int QueryTimeoutMultiplier { get; init; } = 16;

    /// <summary>
    /// Whether a node of this name and with these tags may be in this cluster; null if all may. A node that may not is
    /// neither taken over nor passed on, as if it had never been heard of. When the answers change, call
    /// <see cref="SerfNode.ExpelStrangers"/>.
    /// </summary>
    public Func<string, IReadOnlyDictionary<string, string>, bool>? Admits { get; init; }

    /// <summary>Whether a node that finds its name in use elsewhere asks the cluster which of the two may stay.</summary>
    public bool ResolveNameConflicts { get; init; } = true;
}
