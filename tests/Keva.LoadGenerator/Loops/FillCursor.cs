namespace Keva.LoadGenerator.Loops;

/// <summary>Gives the keys out, each to one connection.</summary>
internal sealed class FillCursor(int keys)
{
    private int next;

    /// <summary>
    /// The first of so many keys in a row; null when all were given out. The last keys are given together with some
    /// that were given before, because a request has a fixed number of keys.
    /// </summary>
    public int? Next(int count)
    {
        var first = Interlocked.Add(ref next, count) - count;
        return first < keys ? Math.Max(0, Math.Min(first, keys - count)) : null;
    }
}
