namespace Keva.Linearizability;

/// <summary>
/// Checks the revisions in the answers of a store that counts its revision up by one with each write that takes effect.
/// A revision names a place in the one order of all writes, so that a history that passes is strictly serializable as a
/// whole, over all keys, and not only linearizable key by key. In the beginning the revision is 0.
/// </summary>
public static class RevisionCheck
{
    /// <param name="history">In any order. Answers without revisions are not looked at.</param>
    /// <param name="isComplete">Whether the history has every write that the store took: then no revision may be missing.</param>
    public static CheckResult Check(IEnumerable<Operation> history, bool isComplete = true) =>
        throw new NotSupportedException("The check follows.");
}
