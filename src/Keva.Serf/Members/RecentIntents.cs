namespace Keva.Serf.Members;

/// <summary>
/// Intents of nodes that are not known yet: gossip has no order, and the news that a node leaves may arrive before the news
/// that it is there.
/// </summary>
internal sealed class RecentIntents
{
    /// <summary>More strangers than any cluster has at a time; a flood must not grow our memory.</summary>
    private const int Most = 4_096;

    private readonly Dictionary<string, Intent> byNode = new(StringComparer.Ordinal);

    /// <summary>Whether that is newer than what was known.</summary>
    public bool Add(string node, bool leaves, ulong lamportTime, TimeSpan now)
    {
        var isKnown = byNode.TryGetValue(node, out var known);
        if (isKnown ? lamportTime <= known.LamportTime : byNode.Count >= Most)
        {
            return false;
        }

        byNode[node] = new Intent(leaves, lamportTime, now);
        return true;
    }

    /// <summary>The latest intent of the node, if there is one.</summary>
    public (bool Leaves, ulong LamportTime)? Take(string node) =>
        byNode.Remove(node, out var intent) ? (intent.Leaves, intent.LamportTime) : null;

    public void Forget(TimeSpan before)
    {
        foreach (var node in byNode.Where(intent => intent.Value.At < before).Select(intent => intent.Key).ToList())
        {
            byNode.Remove(node);
        }
    }

    private readonly record struct Intent(bool Leaves, ulong LamportTime, TimeSpan At);
}
