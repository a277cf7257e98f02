namespace Keva.Actors.Cells;

/// <summary>A set that lists its members in the order in which they came, whatever their hash codes. Not thread-safe.</summary>
internal sealed class InsertionOrderedSet<T>
    where T : notnull
{
    private readonly Dictionary<T, LinkedListNode<T>> _nodes = [];
    private readonly LinkedList<T> _order = [];

    public bool Add(T item)
    {
        if (_nodes.ContainsKey(item))
        {
            return false;
        }

        _nodes.Add(item, _order.AddLast(item));
        return true;
    }

    public bool Remove(T item)
    {
        if (!_nodes.Remove(item, out var node))
        {
            return false;
        }

        _order.Remove(node);
        return true;
    }

    public T[] ToArray() => [.. _order];
}
