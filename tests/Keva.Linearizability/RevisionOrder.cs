namespace Keva.Linearizability;

/// <summary>An operation with the place in the order of all writes that its answer, or another's, gives it.</summary>
/// <param name="Revision">The revision that it made, or else saw.</param>
internal sealed record PlacedOperation(Operation Operation, long Revision, bool MadeRevision)
{
    /// <summary>What saw a revision comes after the write that made it and before the next.</summary>
    public long Position => (2 * Revision) + (MadeRevision ? 0 : 1);
}

/// <summary>
/// The order of operations that the revisions claim. A write of unknown outcome is in it if somebody saw the value and
/// was told the revision.
/// </summary>
internal sealed class RevisionOrder
{
    private readonly SortedDictionary<long, PlacedOperation> writes = [];
    private readonly Dictionary<string, PlacedOperation[]> writesOfKey;

    private RevisionOrder(IReadOnlyList<Operation> operations)
    {
        var unplaced = new List<Operation>();
        var placed = new List<PlacedOperation>();
        foreach (var operation in operations)
        {
            if (operation is { IsOutcomeKnown: true, StoreRevision: { } revision } && MadeRevision(operation) is { } made)
            {
                placed.Add(new PlacedOperation(operation, revision, made));
                Conflict ??= made && !writes.TryAdd(revision, placed[^1]) ? [writes[revision].Operation, operation] : null;
            }
            else if (operation.IsWrite && MadeRevision(operation) != false)
            {
                unplaced.Add(operation);
            }
        }

        foreach (var read in operations.Where(operation => operation is { Kind: OperationKind.Read, IsOutcomeKnown: true, Value: not null, ModRevision: not null }))
        {
            PlaceWhatItSaw(read, unplaced, placed);
        }

        Placed = placed.OrderBy(operation => operation.Position).ToArray();
        Unplaced = unplaced;
        writesOfKey = writes.Values.GroupBy(write => write.Operation.Key, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
    }

    /// <summary>In the order of their positions.</summary>
    public IReadOnlyList<PlacedOperation> Placed { get; }

    /// <summary>Writes that may have taken effect, and if so at a revision that nobody has told. By their invocation.</summary>
    public IReadOnlyList<Operation> Unplaced { get; }

    /// <summary>Two writes with the same revision, if there are such.</summary>
    public IReadOnlyList<Operation>? Conflict { get; }

    /// <param name="operations">By their invocation.</param>
    public static RevisionOrder Of(IReadOnlyList<Operation> operations) => new(operations);

    public PlacedOperation? WriteAt(long revision) => writes.GetValueOrDefault(revision);

    /// <summary>The last write on the same key that comes before it and is in the order.</summary>
    public PlacedOperation? WriteBefore(PlacedOperation placed)
    {
        var ofKey = writesOfKey.GetValueOrDefault(placed.Operation.Key, []);
        var (low, high) = (0, ofKey.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = ofKey[middle].Position < placed.Position ? (middle + 1, high) : (low, middle);
        }

        return low == 0 ? null : ofKey[low - 1];
    }

    private void PlaceWhatItSaw(Operation read, List<Operation> unplaced, List<PlacedOperation> placed)
    {
        var revision = read.ModRevision!.Value;
        if (writes.ContainsKey(revision))
        {
            return;
        }

        var index = unplaced.FindIndex(write => write.Kind == OperationKind.Set && write.Value == read.Value && string.Equals(write.Key, read.Key, StringComparison.Ordinal));
        if (index >= 0)
        {
            placed.Add(new PlacedOperation(unplaced[index], revision, MadeRevision: true));
            writes.Add(revision, placed[^1]);
            unplaced.RemoveAt(index);
        }
    }

    /// <summary>Null if the answer does not tell.</summary>
    private static bool? MadeRevision(Operation operation) => operation.Kind switch
    {
        OperationKind.Read => false,
        OperationKind.Set => true,
        _ => operation.IsOutcomeKnown ? operation.Existed ?? (operation.Value is not null ? true : null) : null,
    };
}
