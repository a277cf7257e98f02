using System.Runtime.CompilerServices;

namespace Keva.Store.Tree;

/// <summary>
/// A node that holds nodes. Its keys are separators: all keys under child <c>i</c> are below separator <c>i</c>, and all
/// keys under child <c>i + 1</c> are at or above it. There is one child more than there are separators, and always at
/// least two.
/// </summary>
internal sealed class Branch : TreeNode
{
    private ChildLine children;

    public Branch(TreeNode first) => children[0] = first;

    public TreeNode Child(int index) => children[index];

    public int ChildIndex(ReadOnlySpan<byte> key)
    {
        var position = Find(key, out var found);
        return found ? position + 1 : position;
    }

    /// <summary>Takes in a new child directly behind child <paramref name="position"/>.</summary>
    public void Insert(int position, KeyValueRecord separator, TreeNode child)
    {
        InsertKey(position, separator);
        Span<TreeNode> span = children;
        span[(position + 1)..Count].CopyTo(span[(position + 2)..]);
        span[position + 1] = child;
    }

    /// <summary>
    /// Moves all that lies above the separator at <paramref name="position"/> into a new branch; that separator is now
    /// the one between the two.
    /// </summary>
    public Branch Split(int position, out KeyValueRecord separator)
    {
        separator = this[position];
        var right = new Branch(children[position + 1]);
        MoveWithChildren(position + 1, Count - position - 1, right);
        RemoveKeys(position, 1);
        children[position + 1] = null!;
        return right;
    }

    /// <summary>Merges or balances child <paramref name="index"/>, which has become underfull, with a neighbour.</summary>
    public void Refill(int index)
    {
        if (index > 0 && TryMerge(index - 1))
        {
            return;
        }

        if (index < Count && TryMerge(index))
        {
            return;
        }

        Balance(index > 0 ? index - 1 : index);
    }

    private bool TryMerge(int index)
    {
        var left = children[index];
        var right = children[index + 1];
        if (left is Leaf leaf)
        {
            if (left.Count + right.Count > Capacity)
            {
                return false;
            }

            leaf.Merge((Leaf)right);
        }
        else
        {
            if (left.Count + 1 + right.Count > Capacity)
            {
                return false;
            }

            ((Branch)left).Merge(this[index], (Branch)right);
        }

        Span<TreeNode> span = children;
        span[(index + 2)..(Count + 1)].CopyTo(span[(index + 1)..]);
        span[Count] = null!;
        RemoveKeys(index, 1);
        return true;
    }

    private void Balance(int index)
    {
        if (children[index] is Leaf leaf)
        {
            var right = (Leaf)children[index + 1];
            leaf.Balance(right);
            Reseparate(index, Separator.Between(leaf[leaf.Count - 1], right[0]));
        }
        else
        {
            Reseparate(index, ((Branch)children[index]).Balance(this[index], (Branch)children[index + 1]));
        }
    }

    private void Reseparate(int index, KeyValueRecord separator)
    {
        RemoveKeys(index, 1);
        InsertKey(index, separator);
    }

    private void Merge(KeyValueRecord separator, Branch right)
    {
        Insert(Count, separator, right.children[0]);
        right.MoveWithChildren(0, right.Count, this);
    }

    /// <summary>Makes this branch and the one behind it about equally full; gives the new separator between them.</summary>
    private KeyValueRecord Balance(KeyValueRecord separator, Branch right)
    {
        // One child at a time, through the separator between the two: rare, and at most half a node.
        while (right.Count > Count + 1)
        {
            Insert(Count, separator, right.children[0]);
            separator = right[0];
            right.RemoveFirst();
        }

        while (Count > right.Count + 1)
        {
            right.InsertFirst(children[Count], separator);
            separator = this[Count - 1];
            children[Count] = null!;
            RemoveKeys(Count - 1, 1);
        }

        return separator;
    }

    private void InsertFirst(TreeNode child, KeyValueRecord separator)
    {
        InsertKey(0, separator);
        Span<TreeNode> span = children;
        span[..Count].CopyTo(span[1..]);
        span[0] = child;
    }

    private void RemoveFirst()
    {
        Span<TreeNode> span = children;
        span[1..(Count + 1)].CopyTo(span);
        span[Count] = null!;
        RemoveKeys(0, 1);
    }

    /// <summary>Moves separators, each with the child behind it, to the end of the target.</summary>
    private void MoveWithChildren(int from, int count, Branch target)
    {
        Span<TreeNode> source = children;
        source.Slice(from + 1, count).CopyTo(((Span<TreeNode>)target.children)[(target.Count + 1)..]);
        source.Slice(from + 1, count).Clear();
        MoveKeys(from, count, target, target.Count);
    }

    [InlineArray(Capacity + 1)]
    private struct ChildLine
    {
        private TreeNode first;
    }
}
