using System.Net;
using Keva.Serf;

namespace Keva.Node.Gossip;

/// <summary>
/// The node's gossip as it is offered to whoever sits in the same process: what operators ask, and nothing that the store
/// depends on. Works without a leader. Methods may be called from any thread. What this node knows by itself is answered
/// within the request time-out; joining and changing keys take as long as the others do, a minute at most. What the caller did wrong, or what gossip cannot do now, is a <see cref="GossipException"/> whose
/// message is a sentence for people.
/// </summary>
public interface IGossipService
{
    /// <summary>The members as this node sees them now.</summary>
    Task<GossipView> GetViewAsync(CancellationToken cancellation = default);

    /// <summary>Tells all nodes that something happened. Name and payload take 512 bytes at most.</summary>
    Task SendEventAsync(string name, ReadOnlyMemory<byte> payload, bool coalesce = false, CancellationToken cancellation = default);

    /// <summary>Asks all nodes, or some, and streams what comes back; the last item is <see cref="QueryEnded"/>.</summary>
    IAsyncEnumerable<QueryProgress> QueryAsync(
        string name, ReadOnlyMemory<byte> payload, QueryParameters parameters, CancellationToken cancellation = default);

    /// <summary>Has a failed member be seen as left; with <paramref name="prune"/> it is forgotten altogether.</summary>
    /// <returns>False if there is no such member.</returns>
    Task<bool> ForceLeaveAsync(string member, bool prune, CancellationToken cancellation = default);

    /// <summary>Makes one gossip with the nodes at the addresses, <c>host:port</c>.</summary>
    Task<GossipJoinOutcome> JoinAsync(IReadOnlyList<string> addresses, bool ignoreOldEvents, CancellationToken cancellation = default);

    /// <summary>Has all nodes take a further key of 16, 24 or 32 bytes, with which they can decrypt.</summary>
    Task<KeyOperationResult> InstallKeyAsync(ReadOnlyMemory<byte> key, CancellationToken cancellation = default);

    /// <summary>Has all nodes encrypt with a key that they have.</summary>
    Task<KeyOperationResult> UseKeyAsync(ReadOnlyMemory<byte> key, CancellationToken cancellation = default);

    /// <summary>Has all nodes drop a key, which must not be the one they encrypt with.</summary>
    Task<KeyOperationResult> RemoveKeyAsync(ReadOnlyMemory<byte> key, CancellationToken cancellation = default);

    /// <summary>Which keys the nodes have. The result holds secrets.</summary>
    Task<KeyOperationResult> ListKeysAsync(CancellationToken cancellation = default);

    /// <summary>How long a message from one member to the other and back should take; null if that is not known.</summary>
    Task<TimeSpan?> EstimateRoundTripAsync(string from, string to, CancellationToken cancellation = default);

    /// <summary>
    /// What happens from now on, until cancelled or the node stops. A watcher that does not keep up loses news, and is told
    /// how many: <see cref="NewsLost"/>.
    /// </summary>
    IAsyncEnumerable<GossipNews> WatchAsync(CancellationToken cancellation = default);

    /// <summary>The same for whoever must know when it has begun: nothing that happens after the task has ended is missed.</summary>
    Task<GossipWatch> StartWatchingAsync(CancellationToken cancellation = default);
}

/// <summary>The gossip does not do what it is asked to; the message says why.</summary>
public sealed class GossipException(string message) : Exception(message)
{
    /// <summary>Whether the same request would be refused at any other time, too.</summary>
    public bool IsBadRequest { get; init; }
}

/// <summary>The members as one node sees them.</summary>
/// <param name="Name">The node whose view it is.</param>
/// <param name="Members">All that it remembers, itself among them, by name in ordinal order.</param>
/// <param name="Clocks">Its Lamport times.</param>
/// <param name="HealthScore">Zero if the node keeps up; higher if it misses answers, and then gives others more time.</param>
/// <param name="IsEncrypted">Whether it gossips with keys.</param>
/// <param name="RefusedMessages">What came in and could not be used.</param>
/// <param name="Dropped">What could not be sent, and what came in faster than it was handled.</param>
/// <param name="MalformedPeers">Members that say they are of this kind and whose tags do not fit.</param>
public sealed record GossipView(
    string Name,
    IReadOnlyList<Member> Members,
    LamportTimes Clocks,
    int HealthScore,
    bool IsEncrypted,
    long RefusedMessages,
    long Dropped,
    int MalformedPeers);

/// <param name="Contacted">How many of the addresses answered.</param>
/// <param name="Failures">What became of the others.</param>
public sealed record GossipJoinOutcome(int Contacted, IReadOnlyList<GossipJoinFailure> Failures);

public sealed record GossipJoinFailure(string Address, string Reason);

/// <summary>What comes back of a query.</summary>
public abstract record QueryProgress;

/// <summary>The node has the question.</summary>
public sealed record QueryAcknowledgement(string From) : QueryProgress;

public sealed record QueryAnswer(string From, ReadOnlyMemory<byte> Payload) : QueryProgress;

/// <summary>No more answers are waited for.</summary>
public sealed record QueryEnded(int Acknowledgements, int Answers) : QueryProgress;

/// <summary>Something that a watcher gets to know.</summary>
public abstract record GossipNews;

public sealed record MemberNews(MemberEventKind Kind, Member Member) : GossipNews;

public sealed record UserEventNews(ulong LamportTime, string Name, ReadOnlyMemory<byte> Payload, bool Coalesce) : GossipNews;

/// <summary>Somebody asks all nodes, or some, this one among them.</summary>
public sealed record QueryNews(QueryId Id, string Name, ReadOnlyMemory<byte> Payload, string From, IPEndPoint ReplyTo) : GossipNews;

/// <summary>The watcher was too slow: so many news before the next one are lost.</summary>
public sealed record NewsLost(long Count) : GossipNews;
