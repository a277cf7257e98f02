namespace Keva.Store.Tree;

/// <summary>
/// Builds a tree from records that come in ascending order: leaves from the left to the right, then the branches level
/// by level. No search, no split, every leaf touched once.
/// </summary>
internal sealed class TreeBuilder
{
    // Leaves some room, so that the first random inserts after a restart do not split every leaf of the tree.
    private const int LeafFill = TreeNode.Capacity * 7 / 8;
    private const int BranchFill = TreeNode.Capacity * 7 / 8;

    private readonly List<Subtree> leaves = [];
    private Leaf current = new();
    private KeyValueRecord last;
    private int count;
    private long contentBytes;

    public TreeBuilder() => leaves.Add(new Subtree(default, current));

    /// <summary>Whether the key may come next: it is above all keys before it.</summary>
    public bool IsInOrder(ReadOnlySpan<byte> key) => last.IsNone || last.KeySpan.SequenceCompareTo(key) < 0;

    public void Append(KeyValueRecord record)
    {
        StoreInvariant.Check(IsInOrder(record.KeySpan), "a tree is built from keys in ascending order");
        if (current.Count == LeafFill)
        {
            var next = new Leaf();
            current.Link(next);
            leaves.Add(new Subtree(Separator.Between(last, record), next));
            current = next;
        }

        current.Append(record);
        last = record;
        count = checked(count + 1);
        contentBytes += record.ContentSize;
    }

    /// <summary>The builder must not be used after this.</summary>
    public KeyValueMap Build()
    {
        var level = leaves;
        while (level.Count > 1)
        {
            level = BuildBranches(level);
        }

        return new KeyValueMap(level[0].Root, (Leaf)leaves[0].Root, count, contentBytes);
    }

    /// <summary>Shares the nodes out evenly, so that no branch gets fewer than two children.</summary>
    private static List<Subtree> BuildBranches(List<Subtree> nodes)
    {
        var branchCount = (nodes.Count + BranchFill - 1) / BranchFill;
        var branches = new List<Subtree>(branchCount);
        for (var i = 0; i < branchCount; i++)
        {
            var start = (int)((long)nodes.Count * i / branchCount);
            var end = (int)((long)nodes.Count * (i + 1) / branchCount);
            var branch = new Branch(nodes[start].Root);
            for (var child = start + 1; child < end; child++)
            {
                branch.Insert(branch.Count, nodes[child].LowerBound, nodes[child].Root);
            }

            branches.Add(new Subtree(nodes[start].LowerBound, branch));
        }

        return branches;
    }

    /// <summary>A node with the separator between it and its left neighbour; none for the leftmost.</summary>
    private readonly record struct Subtree(KeyValueRecord LowerBound, TreeNode Root);
}
