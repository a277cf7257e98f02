namespace Keva.Linearizability;

/// <summary>
/// The operations on one key as blocks. Where each set has a value of its own, and only then does a read tell which set
/// it saw, whole sets with their readers become one block, and hardly anything is left to search.
/// </summary>
/// <param name="Required">What took effect, ordered by <see cref="Block.Start"/>.</param>
/// <param name="Optional">
/// Writes of unknown outcome that nobody is known to have seen, in groups with the same effect, each ordered by
/// <see cref="Block.Start"/>.
/// </param>
internal sealed record KeyBlocks(IReadOnlyList<Block> Required, IReadOnlyList<IReadOnlyList<Block>> Optional)
{
    /// <summary>Null if an answer is impossible in every order: a value that nobody wrote, or not yet, or not any more.</summary>
    public static KeyBlocks? TryBuild(IEnumerable<Operation> operations)
    {
        var byInvocation = operations.OrderBy(operation => operation.Invoked).ToArray();
        var blocks = new List<Block>();
        foreach (var operation in byInvocation.Where(operation => !TellsValue(operation)))
        {
            AddValueless(operation, blocks);
        }

        var nextShared = RegisterState.FirstShared;
        foreach (var ofValue in byInvocation.Where(TellsValue).GroupBy(operation => operation.Value!.Value))
        {
            var sets = ofValue.Where(operation => operation.Kind == OperationKind.Set).ToArray();
            var observers = ofValue.Where(operation => operation.Kind != OperationKind.Set).ToArray();
            if (sets.Length > 1)
            {
                AddShared(sets, observers, observers.Length > 0 ? nextShared++ : RegisterState.Present, blocks);
            }
            else if (sets.Length == 0 || !TryAddWhole(sets[0], observers, blocks))
            {
                return null;
            }
        }

        var ordered = blocks.OrderBy(block => block.Start).ThenBy(block => block.End).ToArray();
        return new KeyBlocks(
            ordered.Where(block => block.End != long.MaxValue).ToArray(),
            ordered.Where(block => block.End == long.MaxValue).GroupBy(block => block.After).OrderBy(group => group.Key).Select(group => group.ToArray()).ToArray());
    }

    private static bool TellsValue(Operation operation) =>
        operation.Kind == OperationKind.Set || (operation.IsOutcomeKnown && operation.Value is not null);

    private static void AddValueless(Operation operation, List<Block> blocks)
    {
        if (operation.Kind == OperationKind.Delete)
        {
            blocks.Add(Block.Of(ConditionOf(operation), RegisterState.Absent, [operation]));
        }
        else if (operation.IsOutcomeKnown)
        {
            blocks.Add(Block.Of(RegisterState.Absent, RegisterState.Absent, [operation]));
        }
    }

    private static void AddShared(Operation[] sets, Operation[] observers, int state, List<Block> blocks)
    {
        blocks.AddRange(sets.Select(set => Block.Of(ConditionOf(set), state, [set])));
        blocks.AddRange(observers.Select(observer => Block.Of(
            state, observer.Kind == OperationKind.Delete ? RegisterState.Absent : state, [observer])));
    }

    /// <summary>
    /// The set, then its readers, then the delete that removed the value, if there was one. Ordered by their invocation
    /// the readers contradict nobody's time.
    /// </summary>
    private static bool TryAddWhole(Operation set, Operation[] observers, List<Block> blocks)
    {
        var readers = observers.Where(observer => observer.Kind == OperationKind.Read);
        var deletes = observers.Where(observer => observer.Kind == OperationKind.Delete).ToArray();
        var isPossible = deletes.Length <= 1
            && observers.All(observer => observer.Completed >= set.Invoked && deletes.All(delete => observer.Invoked <= delete.Completed));
        var after = deletes.Length > 0 ? RegisterState.Absent : RegisterState.Present;
        blocks.Add(Block.Of(ConditionOf(set), after, [set, .. readers, .. deletes]));
        return isPossible;
    }

    private static int ConditionOf(Operation write) => (write.IsOutcomeKnown ? write.Existed : null) switch
    {
        true => RegisterState.Present,
        false => RegisterState.Absent,
        null => RegisterState.Any,
    };
}
