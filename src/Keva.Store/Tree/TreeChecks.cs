namespace Keva.Store.Tree;

/// <summary>The rules that the tree keeps, asked of a whole tree.</summary>
internal static class TreeChecks
{
    public static void Check(TreeNode root, Leaf first, int expectedCount, long expectedBytes)
    {
        var leaves = new List<Leaf>();
        CheckNode(root, default, default, isRoot: true, onRightEdge: true, leaves);
        StoreInvariant.Check(ReferenceEquals(leaves[0], first), "the first leaf is known");
        var count = 0;
        var bytes = 0L;
        for (var i = 0; i < leaves.Count; i++)
        {
            var next = i + 1 < leaves.Count ? leaves[i + 1] : null;
            StoreInvariant.Check(ReferenceEquals(leaves[i].Next, next), "leaves are linked in order");
            count += leaves[i].Count;
            for (var position = 0; position < leaves[i].Count; position++)
            {
                bytes += leaves[i][position].ContentSize;
            }
        }

        StoreInvariant.Check(count == expectedCount, "records are counted");
        StoreInvariant.Check(bytes == expectedBytes, "bytes are counted");
    }

    /// <summary>Gives the height of the node, and adds the leaves under it to the list.</summary>
    private static int CheckNode(TreeNode node, KeyValueRecord from, KeyValueRecord below, bool isRoot, bool onRightEdge, List<Leaf> leaves)
    {
        node.CheckOrder();
        StoreInvariant.Check(isRoot || onRightEdge || !node.IsUnderfull, "a node is filled to a quarter");
        StoreInvariant.Check(isRoot || node.Count > 0, "no node but the root is empty");
        if (node.Count > 0)
        {
            StoreInvariant.Check(from.IsNone || from.KeySpan.SequenceCompareTo(node[0].KeySpan) <= 0, "no key is below its node's range");
            StoreInvariant.Check(below.IsNone || node[node.Count - 1].KeySpan.SequenceCompareTo(below.KeySpan) < 0, "no key is above its node's range");
        }

        if (node is Leaf leaf)
        {
            leaves.Add(leaf);
            return 0;
        }

        var branch = (Branch)node;
        StoreInvariant.Check(branch.Count > 0, "a branch has two children");
        var height = -1;
        for (var i = 0; i <= branch.Count; i++)
        {
            var childHeight = CheckNode(
                branch.Child(i),
                i == 0 ? from : branch[i - 1],
                i == branch.Count ? below : branch[i],
                isRoot: false,
                onRightEdge && i == branch.Count,
                leaves);
            StoreInvariant.Check(height is -1 || height == childHeight, "all leaves are at the same depth");
            height = childHeight;
        }

        return height + 1;
    }
}
