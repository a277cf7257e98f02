using System.Globalization;
using System.Text;

namespace Keva.Linearizability;

/// <summary>
/// Makes of thousands of operations that do not fit together the few that a person should look at. All of it rests on
/// one fact: to forget an answer, so that the outcome of its operation is unknown, can only make a history easier to
/// explain. So the answers whose absence does not help are not what is wrong.
/// </summary>
internal sealed class ViolationExplanation
{
    private const int ShownOfPrefix = 8;

    // Hundreds of histories are searched to find few operations; one that takes longer is not tried. Then some more are shown.
    private const long ShrinkStepLimit = 20_000;

    private readonly Operation[] byCompletion;
    private readonly Operation[] unknown;
    private readonly long stepLimit;

    private ViolationExplanation(IReadOnlyList<Operation> operations, long stepLimit)
    {
        byCompletion = operations.Where(operation => operation.IsOutcomeKnown).OrderBy(operation => operation.Completed).ToArray();
        unknown = operations.Where(operation => !operation.IsOutcomeKnown).ToArray();
        this.stepLimit = stepLimit;
    }

    /// <param name="operations">Those on one key, which no order explains.</param>
    public static Violation Of(IReadOnlyList<Operation> operations, long stepLimit)
    {
        var explanation = new ViolationExplanation(operations, stepLimit);
        var answers = explanation.FirstImpossibleAnswer();
        var offender = explanation.byCompletion[answers - 1];
        var prefix = explanation.Search(explanation.byCompletion[..(answers - 1)], stepLimit).Order;
        var conflict = explanation.WithWhatTheySaw(explanation.Shrink(explanation.byCompletion[..answers]));
        return new Violation(offender.Key, prefix, offender, conflict, Describe(offender, answers, operations.Count, prefix, conflict));
    }

    /// <summary>With so many answers, in the order in which they came, the history cannot be explained; with one less it can.</summary>
    private int FirstImpossibleAnswer()
    {
        var (possible, impossible) = (0, byCompletion.Length);
        while (impossible - possible > 1)
        {
            var middle = (possible + impossible) / 2;
            if (Search(byCompletion[..middle], stepLimit).Verdict == Verdict.Violation)
            {
                impossible = middle;
            }
            else
            {
                possible = middle;
            }
        }

        return impossible;
    }

    /// <summary>
    /// Forgets answers as long as the rest cannot be explained either: in large pieces first, then in smaller ones, and
    /// one by one until none can be spared (after Zeller and Hildebrandt, 2002, "Simplifying and isolating
    /// failure-inducing input").
    /// </summary>
    private Operation[] Shrink(Operation[] known)
    {
        for (var size = Math.Max(1, known.Length / 2); ;)
        {
            var before = known.Length;
            for (var start = 0; start < known.Length;)
            {
                Operation[] fewer = [.. known[..start], .. known[Math.Min(known.Length, start + size)..]];
                if (Search(fewer, Math.Min(stepLimit, ShrinkStepLimit)).Verdict == Verdict.Violation)
                {
                    known = fewer;
                }
                else
                {
                    start += size;
                }
            }

            if (size == 1 && known.Length == before)
            {
                return known;
            }

            size = Math.Max(1, size / 2);
        }
    }

    /// <summary>The operations, only those with their answers that are given, the others as if theirs was lost.</summary>
    private KeySearch Search(Operation[] known, long limit)
    {
        var kept = known.ToHashSet(ReferenceEqualityComparer.Instance);
        var forgotten = byCompletion.Where(operation => !kept.Contains(operation)).Select(operation => operation with { Completed = null });
        return KeySearch.Of([.. known, .. forgotten, .. unknown], limit);
    }

    /// <summary>Adds the sets whose values are seen in the answers.</summary>
    private Operation[] WithWhatTheySaw(Operation[] known)
    {
        var kept = known.ToHashSet(ReferenceEqualityComparer.Instance);
        var seen = known.Where(operation => operation.Value is not null).Select(operation => operation.Value!.Value).ToHashSet();
        return byCompletion.Concat(unknown)
            .Where(operation => kept.Contains(operation) || (operation.Kind == OperationKind.Set && seen.Contains(operation.Value!.Value)))
            .OrderBy(operation => operation.Invoked)
            .ToArray();
    }

    private static string Describe(
        Operation offender, int answers, int count, IReadOnlyList<Operation> prefix, IReadOnlyList<Operation> conflict)
    {
        var origin = conflict.Min(operation => operation.Invoked);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Key \"{offender.Key}\" is not linearizable. Of its {count} operations the first {answers - 1} answers can be explained; with the next one, no order of them works:\n");
        HistoryText.AppendLines(text, [offender], origin);
        text.Append("These contradict each other, whatever became of all others (invoked, completed, what):\n");
        HistoryText.AppendLines(text, conflict, origin);
        if (prefix.Count > 0)
        {
            text.Append("An order that explains what was answered before ends with:\n");
            HistoryText.AppendLines(text, prefix.Skip(prefix.Count - ShownOfPrefix), origin);
        }

        return text.ToString();
    }
}
