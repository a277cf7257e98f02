namespace Keva.Serf.Swim;

/// <summary>
/// All known nodes, in the order in which they are probed. The order is shuffled after every round, so that each node is
/// probed once a round and two nodes that fail together are not found one after the other by everybody (SWIM, section 4.3).
/// </summary>
internal sealed class NodeTable(Random random)
{
    private readonly Dictionary<string, NodeRecord> byName = new(StringComparer.Ordinal);
    private readonly List<NodeRecord> nodes = [];

    public int Count => nodes.Count;

    public IReadOnlyList<NodeRecord> All => nodes;

    public NodeRecord? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>At a random place, for else a new node would always be probed last.</summary>
    public void Add(NodeRecord node)
    {
        byName.Add(node.Name, node);
        nodes.Add(node);
        var place = random.Next(nodes.Count);
        (nodes[place], nodes[^1]) = (nodes[^1], nodes[place]);
    }

    public void Remove(NodeRecord node)
    {
        byName.Remove(node.Name);
        nodes.Remove(node);
    }

    public void Remove(Predicate<NodeRecord> forgotten)
    {
        foreach (var node in nodes.Where(node => forgotten(node)))
        {
            byName.Remove(node.Name);
        }

        nodes.RemoveAll(forgotten);
    }

    public void Shuffle()
    {
        for (var i = nodes.Count - 1; i > 0; i--)
        {
            var j = random.Next(i + 1);
            (nodes[i], nodes[j]) = (nodes[j], nodes[i]);
        }
    }

    /// <summary>Up to <paramref name="count"/> different nodes out of those that are <paramref name="eligible"/>.</summary>
    public List<NodeRecord> Pick(int count, Func<NodeRecord, bool> eligible)
    {
        var candidates = nodes.Where(eligible).ToList();
        var picked = Math.Min(count, candidates.Count);
        for (var i = 0; i < picked; i++)
        {
            var j = random.Next(i, candidates.Count);
            (candidates[i], candidates[j]) = (candidates[j], candidates[i]);
        }

        candidates.RemoveRange(picked, candidates.Count - picked);
        return candidates;
    }
}
