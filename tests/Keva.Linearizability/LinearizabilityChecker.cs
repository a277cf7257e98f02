namespace Keva.Linearizability;

/// <summary>
/// Decides whether a history is linearizable (Herlihy and Wing, 1990): whether every operation can be given one instant
/// between its invocation and its completion such that a map that is changed at these instants, one operation after the
/// other, answers as was answered. In the beginning no key has a value.
/// </summary>
public static class LinearizabilityChecker
{
    /// <summary>Enough for any history that clients of a store produce; seconds of work at most.</summary>
    public const long DefaultStepLimit = 10_000_000;

    /// <param name="history">In any order.</param>
    /// <param name="stepLimit">After so many steps on one key, <see cref="Verdict.Undecided"/>.</param>
    public static CheckResult Check(IEnumerable<Operation> history, long stepLimit = DefaultStepLimit) =>
        throw new NotSupportedException("The search follows.");
}
