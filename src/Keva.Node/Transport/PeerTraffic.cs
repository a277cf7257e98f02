using System.Collections.Concurrent;

namespace Keva.Node.Transport;

/// <summary>What went to and came from each peer. Thread-safe.</summary>
public sealed class PeerTraffic
{
    // More than any cluster has; the names come from other nodes, which may be wrong.
    private const int MostPeers = 256;

    private readonly ConcurrentDictionary<string, PeerCounters> peers = new(StringComparer.Ordinal);
    private readonly PeerCounters others = new();

    /// <summary>The peers that there were, by name.</summary>
    public IEnumerable<KeyValuePair<string, PeerCounters>> All => peers;

    /// <summary>The counters of the peer of this name.</summary>
    public PeerCounters Of(string name) =>
        peers.TryGetValue(name, out var counters) ? counters
        : peers.Count < MostPeers ? peers.GetOrAdd(name, static _ => new PeerCounters())
        : others;
}

/// <summary>The counters of one peer, over all of its connections. Thread-safe.</summary>
public sealed class PeerCounters
{
    private long sentBytes;
    private long receivedBytes;
    private long droppedMessages;

    public long SentBytes => Volatile.Read(ref sentBytes);

    public long ReceivedBytes => Volatile.Read(ref receivedBytes);

    /// <summary>Messages that were not sent because too much waited already.</summary>
    public long DroppedMessages => Volatile.Read(ref droppedMessages);

    internal void Sent(long bytes) => Interlocked.Add(ref sentBytes, bytes);

    internal void Received(long bytes) => Interlocked.Add(ref receivedBytes, bytes);

    internal void Dropped() => Interlocked.Increment(ref droppedMessages);
}
