using Keva.Linearizability;

namespace Keva.Tests.Linearizability;

/// <summary>
/// The definition of linearizability, word for word: tries every order of the operations, and every choice of those of
/// unknown outcome. Only what was tried in vain, the same operations left and the same value held, is not tried again.
/// For a dozen operations at most.
/// </summary>
internal static class BruteForce
{
    public static bool IsLinearizable(IEnumerable<Operation> history) =>
        history.GroupBy(operation => operation.Key, StringComparer.Ordinal).All(ofKey =>
            CanGoOn(ofKey.ToArray(), left: (1 << ofKey.Count()) - 1, held: null, triedInVain: []));

    private static bool CanGoOn(Operation[] operations, int left, long? held, HashSet<(int Left, long? Held)> triedInVain)
    {
        bool IsLeft(int index) => (left & (1 << index)) != 0;
        var indexes = Enumerable.Range(0, operations.Length).Where(IsLeft).ToArray();
        if (indexes.All(index => operations[index].Completed is null))
        {
            return true;
        }

        if (triedInVain.Contains((left, held)))
        {
            return false;
        }

        var canGoOn = indexes.Any(next =>
            !indexes.Any(other => operations[other].Completed < operations[next].Invoked)
            && Answers(operations[next], held)
            && CanGoOn(operations, left & ~(1 << next), Effect(operations[next], held), triedInVain));
        if (!canGoOn)
        {
            triedInVain.Add((left, held));
        }

        return canGoOn;
    }

    private static bool Answers(Operation operation, long? held) => operation switch
    {
        { Completed: null } => true,
        { Kind: OperationKind.Read } => operation.Value == held,
        { Existed: { } existed } when existed != held is not null => false,
        { Kind: OperationKind.Delete, Value: { } removed } => removed == held,
        _ => true,
    };

    private static long? Effect(Operation operation, long? held) => operation.Kind switch
    {
        OperationKind.Set => operation.Value,
        OperationKind.Delete => null,
        _ => held,
    };
}
