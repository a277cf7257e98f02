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
    /// Far more than it takes where each set has a value of its own; some seconds and some hundred megabytes at worst. With many
    /// sets of the same value at the same time it may be too few.
    /// </summary>
    public const long DefaultStepLimit = 2_000_000;

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
        WhatIsMalformed(operation) is { } malformed ? throw new ArgumentException($"{malformed}: {operation}", nameof(operation)) : operation;

    private static string? WhatIsMalformed(Operation operation) => operation switch
    {
        { Kind: OperationKind.Set, Value: null } => "A set has a value",
        { Kind: OperationKind.Delete, Existed: false, Value: not null } => "A delete that found nothing removed no value",
        _ when operation.Completed < operation.Invoked => "An operation is not completed before it is invoked",
        _ => null,
    };
}
