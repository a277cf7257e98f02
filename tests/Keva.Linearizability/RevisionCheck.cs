using System.Text;

namespace Keva.Linearizability;

/// <summary>
/// Checks the revisions in the answers of a store that counts its revision up by one with each write that takes effect.
/// A revision names a place in the one order of all writes, so that a history that passes is strictly serializable as a
/// whole, over all keys, and not only linearizable key by key. In the beginning the revision is 0 and no key has a value.
/// </summary>
public static class RevisionCheck
{
    /// <param name="history">In any order. Of answers without revisions nothing is concluded.</param>
    /// <param name="hasAllKeys">Whether the history has the writes on all keys of the store: then no revision may be missing.</param>
    public static CheckResult Check(IEnumerable<Operation> history, bool hasAllKeys = true)
    {
        var operations = history.OrderBy(operation => operation.Invoked).ToArray();
        var order = RevisionOrder.Of(operations);
        var violation = SameRevision(order)
            ?? AgainstTime(order)
            ?? order.Placed.Select(placed => WrongSight(order, placed)).FirstOrDefault(found => found is not null)
            ?? (hasAllKeys ? MissingRevision(order) : null);
        return new CheckResult(violation is null ? Verdict.Ok : Verdict.Violation, operations.Length, violation);
    }

    private static Violation? SameRevision(RevisionOrder order) =>
        order.Conflict is { } both ? Describe("Two writes have the same revision.", both[^1], both) : null;

    /// <summary>What was invoked after another was completed must not come before it.</summary>
    private static Violation? AgainstTime(RevisionOrder order)
    {
        var byCompletion = order.Placed.Where(placed => placed.Operation.IsOutcomeKnown).OrderBy(placed => placed.Operation.Completed).ToArray();
        var completed = 0;
        PlacedOperation? highest = null;
        foreach (var placed in order.Placed.OrderBy(placed => placed.Operation.Invoked))
        {
            for (; completed < byCompletion.Length && byCompletion[completed].Operation.Completed < placed.Operation.Invoked; completed++)
            {
                highest = highest is null || byCompletion[completed].Position > highest.Position ? byCompletion[completed] : highest;
            }

            if (highest?.Position > placed.Position)
            {
                var what = placed.MadeRevision
                    ? $"A write has revision {placed.Revision}, but the store was at {highest.Revision} before it began."
                    : $"An answer is of revision {placed.Revision}, but the store was at {highest.Revision} before the question.";
                return Describe(what, placed.Operation, [highest.Operation, placed.Operation]);
            }
        }

        return null;
    }

    /// <summary>What it says of its key must be what the last write before it left there.</summary>
    private static Violation? WrongSight(RevisionOrder order, PlacedOperation placed)
    {
        var operation = placed.Operation;
        if (!operation.IsOutcomeKnown)
        {
            return null;
        }

        var last = order.WriteBefore(placed);
        if (operation is { Kind: OperationKind.Read, Value: not null, ModRevision: { } modRevision }
            && (last?.Revision != modRevision || !Holds(last) || last.Operation.Value != operation.Value))
        {
            var what = order.WriteAt(modRevision) is null
                ? $"A read at revision {placed.Revision} saw a value of revision {modRevision}, but no write of it has that revision."
                : $"A read at revision {placed.Revision} saw the value of revision {modRevision}, which is not what the last write before it left.";
            return Describe(what, operation, Together(order.WriteAt(modRevision), last, operation));
        }

        return IsExplained(order, operation, last)
            ? null
            : Describe(
                $"The answer at revision {placed.Revision} is not what the last write on the key before it left.",
                operation,
                Together(last, operation));
    }

    /// <summary>
    /// Whether it found there what it says. A write of unknown outcome and unknown revision may have come between; which
    /// of them did is left open, so this finds less than the search of <see cref="LinearizabilityChecker"/>.
    /// </summary>
    private static bool IsExplained(RevisionOrder order, Operation operation, PlacedOperation? last) => ExistedBefore(operation) switch
    {
        true => (Holds(last) && (operation.Kind == OperationKind.Set || operation.Value is null || operation.Value == last!.Operation.Value))
            || CouldHave(order, operation, OperationKind.Set),
        false => !Holds(last) || CouldHave(order, operation, OperationKind.Delete),
        null => true,
    };

    /// <summary>
    /// Each revision that no known write has was made by one of unknown outcome, a different one for each, and one that
    /// was invoked when the store was not yet that far. By Hall's theorem they can be paired if there are enough of them
    /// for the revisions up to each.
    /// </summary>
    private static Violation? MissingRevision(RevisionOrder order)
    {
        var lowest = LowestRevisions(order);
        var (missing, possible, revision) = (0, 0, 0L);
        foreach (var placed in order.Placed)
        {
            // Of what has made its revision only those before it can be missing; what saw one needs that, too.
            for (var last = placed.MadeRevision ? placed.Revision - 1 : placed.Revision; revision < last;)
            {
                if (order.WriteAt(++revision) is not null)
                {
                    continue;
                }

                for (missing++; possible < lowest.Length && lowest[possible] < revision;)
                {
                    possible++;
                }

                if (missing > possible)
                {
                    return Describe(
                        $"Revision {revision} was made by no known write. Up to there {missing} such are missing, but at most {possible} writes of unknown outcome can have made them: some write took effect twice, or a stranger wrote.",
                        placed.Operation,
                        Together(order.WriteAt(revision - 1), order.WriteAt(revision + 1), placed.Operation));
                }
            }
        }

        return null;
    }

    /// <summary>For each write that is not placed, the highest revision that the store is known to have had before; sorted.</summary>
    private static long[] LowestRevisions(RevisionOrder order)
    {
        var byCompletion = order.Placed.Where(placed => placed.Operation.IsOutcomeKnown).OrderBy(placed => placed.Operation.Completed).ToArray();
        var lowest = new long[order.Unplaced.Count];
        var (completed, highest) = (0, 0L);
        for (var index = 0; index < lowest.Length; index++)
        {
            for (; completed < byCompletion.Length && byCompletion[completed].Operation.Completed < order.Unplaced[index].Invoked; completed++)
            {
                highest = Math.Max(highest, byCompletion[completed].Revision);
            }

            lowest[index] = highest;
        }

        return lowest;
    }

    private static bool? ExistedBefore(Operation operation) => operation.Kind switch
    {
        OperationKind.Read => operation.Value is not null,
        _ => operation.Existed ?? (operation is { Kind: OperationKind.Delete, Value: not null } ? true : null),
    };

    private static bool Holds(PlacedOperation? last) => last is { Operation.Kind: OperationKind.Set };

    /// <summary>Whether a write of unknown outcome, and of unknown revision, can have come between.</summary>
    private static bool CouldHave(RevisionOrder order, Operation seen, OperationKind kind) =>
        order.Unplaced.Any(write => write.Kind == kind && write.Invoked <= seen.Completed && string.Equals(write.Key, seen.Key, StringComparison.Ordinal));

    private static Operation[] Together(PlacedOperation? one, PlacedOperation? other, Operation operation) =>
        new[] { one?.Operation, other?.Operation, operation }.OfType<Operation>().Distinct().OrderBy(each => each.Invoked).ToArray();

    private static Operation[] Together(PlacedOperation? one, Operation operation) => Together(one, null, operation);

    private static Violation Describe(string what, Operation offender, IReadOnlyList<Operation> conflict)
    {
        var text = new StringBuilder(what).Append('\n');
        HistoryText.AppendLines(text, conflict, conflict.Min(operation => operation.Invoked));
        var key = conflict.All(operation => string.Equals(operation.Key, offender.Key, StringComparison.Ordinal)) ? offender.Key : null;
        return new Violation(key, [], offender, conflict, text.ToString());
    }
}
