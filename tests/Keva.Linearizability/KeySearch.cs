namespace Keva.Linearizability;

/// <summary>The search through the operations on one key, and what came out.</summary>
/// <param name="Order">After <see cref="Verdict.Ok"/>, the operations in an order that explains all answers.</param>
internal sealed record KeySearch(Verdict Verdict, long Steps, IReadOnlyList<Operation> Order)
{
    /// <summary>
    /// The sets and what they were seen to have written come first, alone: an order of all operations would be one of
    /// these, too. Whether there was a value at all, which can depend on any write, is what makes a search long.
    /// </summary>
    public static KeySearch Of(IReadOnlyCollection<Operation> operations, long stepLimit)
    {
        var valuesOnly = Search(operations.Where(operation => operation.Kind != OperationKind.Delete && operation.Value is not null).Select(operation => operation with { Existed = null }), stepLimit);
        return valuesOnly.Verdict == Verdict.Violation ? valuesOnly : Search(operations, stepLimit);
    }

    private static KeySearch Search(IEnumerable<Operation> operations, long stepLimit)
    {
        if (KeyBlocks.TryBuild(operations) is not { } blocks)
        {
            return new KeySearch(Verdict.Violation, 0, []);
        }

        var search = new BlockSearch(blocks);
        var verdict = search.Run(stepLimit);
        return new KeySearch(verdict, search.Steps, verdict == Verdict.Ok ? search.Order.ToArray() : []);
    }
}
