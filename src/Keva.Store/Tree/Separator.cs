namespace Keva.Store.Tree;

/// <summary>Keys that stand between other keys.</summary>
internal static class Separator
{
    /// <summary>
    /// The shortest key that is above <paramref name="left"/> and at most <paramref name="right"/>: as much of the
    /// right one as tells them apart. A copy, so that a branch keeps no record alive.
    /// </summary>
    public static KeyValueRecord Between(KeyValueRecord left, KeyValueRecord right)
    {
        var shared = left.KeySpan.CommonPrefixLength(right.KeySpan);
        return KeyValueRecord.KeyOnly(right.KeySpan[..(shared + 1)]);
    }
}
