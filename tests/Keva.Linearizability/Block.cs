namespace Keva.Linearizability;

/// <summary>
/// Operations on one key that take effect directly one after the other: a set and all that saw its value, as nothing can
/// come between them that changes the key; or a single operation. For the order of blocks it matters only what the key
/// must hold before and what it holds after, and two moments.
/// </summary>
/// <param name="Before">A condition of <see cref="RegisterState"/>.</param>
/// <param name="After">What the key holds after the block, whatever it held before.</param>
/// <param name="Start">The latest invocation in it: all that was completed earlier comes before the block.</param>
/// <param name="End">
/// The earliest completion in it: all that was invoked later comes after the block. Before <paramref name="Start"/> if the
/// key is known to have held the value for some time; the greatest number if nothing in it was completed.
/// </param>
/// <param name="Operations">In an order that is right.</param>
internal sealed record Block(int Before, int After, long Start, long End, IReadOnlyList<Operation> Operations)
{
    public static Block Of(int before, int after, IReadOnlyList<Operation> operations) =>
        new(
            before,
            after,
            operations.Max(operation => operation.Invoked),
            operations.Min(operation => operation.Completed ?? long.MaxValue),
            operations);

    /// <summary>Whether it leaves the key as it is, and can be only where the key is so.</summary>
    public bool ConfirmsOnly(int state) => Before == state && After == state;
}
