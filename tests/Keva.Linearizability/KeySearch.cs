namespace Keva.Linearizability;

/// <summary>The search through the operations on one key, and what came out.</summary>
/// <param name="Order">After <see cref="Verdict.Ok"/>, the operations in an order that explains all answers.</param>
internal sealed record KeySearch(Verdict Verdict, long Steps, IReadOnlyList<Operation> Order)
{
    public static KeySearch Of(IEnumerable<Operation> operations, long stepLimit)
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
