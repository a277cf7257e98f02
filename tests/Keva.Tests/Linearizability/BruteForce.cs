using Keva.Linearizability;

namespace Keva.Tests.Linearizability;

/// <summary>
/// The definition of linearizability, word for word: tries every order of the operations, and every choice of those of
/// unknown outcome. For a handful of operations only.
/// </summary>
internal static class BruteForce
{
    public static bool IsLinearizable(IEnumerable<Operation> history) =>
        history.GroupBy(operation => operation.Key, StringComparer.Ordinal).All(ofKey => CanGoOn(ofKey.ToList(), held: null));

    private static bool CanGoOn(List<Operation> left, long? held)
    {
        if (left.All(operation => operation.Completed is null))
        {
            return true;
        }

        foreach (var next in left.ToArray())
        {
            if (left.Any(other => other.Completed < next.Invoked) || !Answers(next, held))
            {
                continue;
            }

            var others = left.Where(other => !ReferenceEquals(other, next)).ToList();
            if (CanGoOn(others, Effect(next, held)))
            {
                return true;
            }
        }

        return false;
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
