namespace Keva.Journal.Checkpoints;

/// <summary>
/// Brings changes into key order. In that order each page of the file is visited once, and not as often as the cache
/// forgets it.
/// </summary>
internal static class CheckpointKeyOrder
{
    /// <summary>The positions of the changes in key order, those of one key as they came; null if they are in order already.</summary>
    public static int[]? Of(ReadOnlySpan<CheckpointChange> changes)
    {
        var ordered = true;
        for (var i = 1; i < changes.Length && ordered; i++)
        {
            ordered = changes[i - 1].Key.Span.SequenceCompareTo(changes[i].Key.Span) <= 0;
        }

        if (ordered)
        {
            return null;
        }

        var keys = new ReadOnlyMemory<byte>[changes.Length];
        var order = new int[changes.Length];
        for (var i = 0; i < order.Length; i++)
        {
            keys[i] = changes[i].Key;
            order[i] = i;
        }

        Array.Sort(order, (left, right) =>
        {
            var comparison = keys[left].Span.SequenceCompareTo(keys[right].Span);
            return comparison != 0 ? comparison : left.CompareTo(right);
        });
        return order;
    }
}
