using Keva.Serf.Swim;

namespace Keva.Serf;

/// <summary>What the serf layer still has to gossip. Intents go first, then queries, then events.</summary>
internal sealed class SerfBroadcasts(int retransmitMultiplier, Func<int> clusterSize)
{
    /// <summary>What a queue may hold; beyond, what was sent most often goes first.</summary>
    private const int MostQueued = 4_096;

    public BroadcastQueue Intents { get; } = new(retransmitMultiplier, clusterSize);

    public BroadcastQueue Queries { get; } = new(retransmitMultiplier, clusterSize);

    public BroadcastQueue Events { get; } = new(retransmitMultiplier, clusterSize);

    public bool HasAny => Intents.Count + Queries.Count + Events.Count > 0;

    public List<byte[]> Take(int overhead, int budget, int most)
    {
        var taken = new List<byte[]>();
        foreach (var queue in (ReadOnlySpan<BroadcastQueue>)[Intents, Queries, Events])
        {
            var messages = queue.Take(overhead, budget, most - taken.Count);
            budget -= messages.Sum(message => message.Length + overhead);
            taken.AddRange(messages);
        }

        return taken;
    }

    public void Prune()
    {
        Intents.Prune(MostQueued);
        Queries.Prune(MostQueued);
        Events.Prune(MostQueued);
    }
}
