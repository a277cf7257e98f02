namespace Keva.Linearizability;

/// <summary>
/// Decides whether a history is linearizable (Herlihy and Wing, 1990): whether every operation can be given one instant
/// between its invocation and its completion such that a map that is changed at these instants, one operation after the
/// other, answers as was answered. In the beginning no key has a value.
/// <para>
/// A history is linearizable if that of each key is (their theorem of locality), so each key is searched alone. The
/// result depends on nothing but the history.
/// </para>
/// </summary>
public static class LinearizabilityChecker
{
    /// <summary>
    /// Far more than it takes where each set has a value of its own; some seconds, and some hundred megabytes. With many
    /// sets of the same value at the same time it may be too few.
    /// </summary>
    public const long DefaultStepLimit = 5_000_000;

    /// <param name="history">In any order.</param>
    /// <param name="stepLimit">After so many steps on one key, <see cref="Verdict.Undecided"/>.</param>
    public static CheckResult Check(IEnumerable<Operation> history, long stepLimit = DefaultStepLimit)
    {
        var steps = 0L;
        string? undecidedKey = null;
        foreach (var ofKey in history.Select(RequireWellFormed).GroupBy(operation => operation.Key, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var operations = ofKey.ToArray();
            var search = KeySearch.Of(operations, stepLimit);
            steps += search.Steps;
            if (search.Verdict == Verdict.Violation)
            {
                return new CheckResult(Verdict.Violation, steps, ViolationExplanation.Of(operations, stepLimit));
            }

            undecidedKey ??= search.Verdict == Verdict.Undecided ? ofKey.Key : null;
        }

        return new CheckResult(undecidedKey is null ? Verdict.Ok : Verdict.Undecided, steps, UndecidedKey: undecidedKey);
    }

    private static Operation RequireWellFormed(Operation operation) =>
        operation is { Kind: OperationKind.Set, Value: null }
            ? throw new ArgumentException($"A set needs a value: {operation}", nameof(operation))
            : operation.Completed < operation.Invoked
                ? throw new ArgumentException($"Completed before it was invoked: {operation}", nameof(operation))
                : operation is { Kind: OperationKind.Delete, Value: not null, Existed: false, Completed: not null }
                    ? throw new ArgumentException($"A delete that removed nothing cannot tell the value: {operation}", nameof(operation))
                    : operation;
}
