using Keva.Store.Tree;

namespace Keva.Store;

/// <summary>
/// Records in the order of their keys' bytes, compared as unsigned numbers: a B+ tree. For one caller at a time; once
/// nobody changes it any more, any number may read it.
/// </summary>
public sealed class KeyValueMap
{
    private TreeNode root;
    private readonly Leaf first;

    public KeyValueMap()
        : this(new Leaf())
    {
    }

    private KeyValueMap(Leaf only)
    {
        root = only;
        first = only;
    }

    internal KeyValueMap(TreeNode root, Leaf first, int count, long contentBytes)
    {
        this.root = root;
        this.first = first;
        Count = count;
        ContentBytes = contentBytes;
    }

    public int Count { get; private set; }

    /// <summary>Bytes of all keys and values together.</summary>
    public long ContentBytes { get; private set; }

    /// <summary>Counts changes, so that an enumeration notices that one came in between.</summary>
    internal int ChangeStamp { get; private set; }

    public bool TryGet(ReadOnlySpan<byte> key, out KeyValueRecord record)
    {
        record = Locate(key).Record;
        return !record.IsNone;
    }

    /// <summary>Inserts the record, or puts it in the place of the one with the same key.</summary>
    /// <returns>The record that was replaced, or none.</returns>
    public KeyValueRecord Put(KeyValueRecord record)
    {
        var slot = Locate(record.KeySpan);
        var previous = slot.Record;
        Put(slot, record);
        return previous;
    }

    /// <summary>Where the key is or would be. Holds until the next change of the map.</summary>
    internal RecordSlot Locate(ReadOnlySpan<byte> key)
    {
        var leaf = LeafFor(key);
        var position = leaf.Find(key, out var found);
        return new RecordSlot(leaf, position, found);
    }

    /// <summary>Puts the record where its key was located: no second search, unless a leaf has to be split.</summary>
    internal void Put(RecordSlot slot, KeyValueRecord record)
    {
        ChangeStamp++;
        ContentBytes += record.ContentSize;
        if (slot.Found)
        {
            ContentBytes -= slot.Record.ContentSize;
            slot.Leaf.Replace(slot.Position, record);
            return;
        }

        Count++;
        if (slot.Leaf.IsFull)
        {
            InsertWithSplit(record);
        }
        else
        {
            slot.Leaf.Insert(slot.Position, record);
        }
    }

    /// <returns>The record that was removed, or none.</returns>
    public KeyValueRecord Remove(ReadOnlySpan<byte> key)
    {
        var removed = Remove(root, key);
        if (removed.IsNone)
        {
            return removed;
        }

        ChangeStamp++;
        Count--;
        ContentBytes -= removed.ContentSize;
        if (root is Branch { Count: 0 } branch)
        {
            root = branch.Child(0);
        }

        return removed;
    }

    /// <summary>All records in order.</summary>
    public RecordRange All() => new(this, first, 0);

    /// <summary>The records from the first key that is not below <paramref name="key"/>, in order.</summary>
    public RecordRange From(ReadOnlySpan<byte> key)
    {
        var slot = Locate(key);
        return new RecordRange(this, slot.Leaf, slot.Position);
    }

    /// <summary>Throws <see cref="StoreInvariantException"/> unless the whole tree is in order. Costs a full scan.</summary>
    public void CheckInvariants() => TreeChecks.Check(root, first, Count, ContentBytes);

    private Leaf LeafFor(ReadOnlySpan<byte> key)
    {
        var node = root;
        while (node is Branch branch)
        {
            node = branch.Child(branch.ChildIndex(key));
        }

        return (Leaf)node;
    }

    /// <summary>Inserts a record whose leaf is full.</summary>
    private void InsertWithSplit(KeyValueRecord record)
    {
        var growth = Insert(root, record, onRightEdge: true);
        if (growth.Right is { } right)
        {
            var branch = new Branch(root);
            branch.Insert(0, growth.Separator, right);
            root = branch;
        }
    }

    private static Growth Insert(TreeNode node, KeyValueRecord record, bool onRightEdge)
    {
        if (node is Leaf leaf)
        {
            return SplitLeaf(leaf, record);
        }

        var branch = (Branch)node;
        var index = branch.ChildIndex(record.KeySpan);
        var atEnd = onRightEdge && index == branch.Count;
        var growth = Insert(branch.Child(index), record, atEnd);
        if (growth.Right is null)
        {
            return default;
        }

        if (!branch.IsFull)
        {
            branch.Insert(index, growth.Separator, growth.Right);
            return default;
        }

        // At the right edge keys arrive in ascending order, and a branch left half full would stay so for ever.
        var middle = atEnd ? TreeNode.Capacity - 2 : TreeNode.Capacity / 2;
        var right = branch.Split(middle, out var separator);
        if (index <= middle)
        {
            branch.Insert(index, growth.Separator, growth.Right);
        }
        else
        {
            right.Insert(index - middle - 1, growth.Separator, growth.Right);
        }

        return new Growth(separator, right);
    }

    private static Growth SplitLeaf(Leaf leaf, KeyValueRecord record)
    {
        var position = leaf.Find(record.KeySpan, out _);

        // As with branches: keys that come in ascending order leave full leaves behind them.
        var atEnd = leaf.Next is null && position == leaf.Count;
        var middle = atEnd ? leaf.Count : TreeNode.Capacity / 2;
        var right = leaf.Split(middle);
        if (position <= middle && !atEnd)
        {
            leaf.Insert(position, record);
        }
        else
        {
            right.Insert(position - middle, record);
        }

        return new Growth(Separator.Between(leaf[leaf.Count - 1], right[0]), right);
    }

    private static KeyValueRecord Remove(TreeNode node, ReadOnlySpan<byte> key)
    {
        if (node is Leaf leaf)
        {
            var position = leaf.Find(key, out var found);
            if (!found)
            {
                return default;
            }

            var record = leaf[position];
            leaf.Remove(position);
            return record;
        }

        var branch = (Branch)node;
        var index = branch.ChildIndex(key);
        var child = branch.Child(index);
        var removed = Remove(child, key);
        if (!removed.IsNone && child.IsUnderfull)
        {
            branch.Refill(index);
        }

        return removed;
    }

    /// <summary>What a node's split asks of its parent: to take in a right neighbour. Usually nothing.</summary>
    private readonly record struct Growth(KeyValueRecord Separator, TreeNode? Right);
}
