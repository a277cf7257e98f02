namespace Keva.Store.Tree;

/// <summary>Where in the tree a key is, or where it would have to be inserted.</summary>
internal readonly record struct RecordSlot(Leaf Leaf, int Position, bool Found)
{
    /// <summary>The record there, or none.</summary>
    public KeyValueRecord Record => Found ? Leaf[Position] : default;
}
