namespace Keva.Store.Tree;

/// <summary>A node that holds records.</summary>
internal sealed class Leaf : TreeNode
{
    /// <summary>The leaf with the next higher keys.</summary>
    public Leaf? Next { get; private set; }

    public void Insert(int position, KeyValueRecord record) => InsertKey(position, record);

    public void Append(KeyValueRecord record) => InsertKey(Count, record);

    public void Remove(int position) => RemoveKeys(position, 1);

    /// <summary>Moves the records from the position on into a new leaf behind this one.</summary>
    public Leaf Split(int position)
    {
        var right = new Leaf();
        MoveKeys(position, Count - position, right, 0);
        right.Next = Next;
        Next = right;
        return right;
    }

    /// <summary>Links the leaf that comes next while a tree is built from the left to the right.</summary>
    public void Link(Leaf next) => Next = next;

    /// <summary>Takes in all of the leaf behind this one, which is no longer part of the tree then.</summary>
    public void Merge(Leaf right)
    {
        right.MoveKeys(0, right.Count, this, Count);
        Next = right.Next;
    }

    /// <summary>Makes this leaf and the one behind it about equally full.</summary>
    public void Balance(Leaf right)
    {
        var surplus = (right.Count - Count) / 2;
        if (surplus > 0)
        {
            right.MoveKeys(0, surplus, this, Count);
        }
        else
        {
            MoveKeys(Count + surplus, -surplus, right, 0);
        }
    }
}
