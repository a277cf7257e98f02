using Keva.Linearizability;

namespace Keva.Tests.Linearizability;

/// <summary>
/// The history of clients of a real register: each operation takes effect at one moment between its invocation and its
/// completion. Time is drawn, and everything from a seed.
/// </summary>
/// <param name="Writes">Of a hundred operations; the others read.</param>
/// <param name="Deletes">Of a hundred writes.</param>
/// <param name="Lost">Of a thousand operations, those whose answer is lost; half of them never take effect, others late.</param>
/// <param name="Stalled">Of a thousand operations, those that take a thousand times as long.</param>
/// <param name="DistinctValues">How many values there are to write; null if each write has its own.</param>
internal sealed record RegisterClients(
    int Clients, int Operations, int Writes = 50, int Deletes = 20, int Lost = 0, int Stalled = 0, int? DistinctValues = null)
{
    public Operation[] Run(int seed)
    {
        var random = new Random(seed);
        var asked = Ask(random);
        var history = new Operation?[asked.Count];
        long? held = null;
        var revision = 0L;
        var modRevision = 0L;
        foreach (var (index, _) in asked.Select((each, index) => (index, each.Effective)).OrderBy(each => each.Effective))
        {
            var (operation, effective) = asked[index];
            if (effective == long.MaxValue)
            {
                history[index] = operation;
                continue;
            }

            var makesRevision = operation.Kind == OperationKind.Set || (operation.Kind == OperationKind.Delete && held is not null);
            revision += makesRevision ? 1 : 0;
            var answered = operation.IsOutcomeKnown;
            history[index] = operation.Kind switch
            {
                OperationKind.Read => operation with { Value = answered ? held : null, ModRevision = answered && held is not null ? modRevision : null },
                OperationKind.Delete => operation with { Existed = answered ? held is not null : null, Value = answered && operation.Invoked % 2 == 0 ? held : null },
                _ => operation,
            };
            history[index] = history[index]! with { StoreRevision = answered ? revision : null };
            modRevision = makesRevision ? revision : modRevision;
            held = operation.Kind switch { OperationKind.Set => operation.Value, OperationKind.Delete => null, _ => held };
        }

        return history.OfType<Operation>().ToArray();
    }

    private List<(Operation Operation, long Effective)> Ask(Random random)
    {
        var asked = new List<(Operation, long)>();
        var free = Enumerable.Range(0, Clients).Select(_ => random.NextInt64(1000)).ToArray();
        for (var number = 1; number <= Operations; number++)
        {
            var client = Array.IndexOf(free, free.Min());
            var invoked = free[client];
            var latency = random.NextInt64(1, 1000) * (random.Next(1000) < Stalled ? 1000 : 1);
            var isLost = random.Next(1000) < Lost;
            var effective = isLost
                ? random.Next(2) == 0 ? long.MaxValue : invoked + random.NextInt64(100 * latency)
                : invoked + random.NextInt64(latency + 1);
            asked.Add((Draw(random, client, number, invoked, isLost ? null : invoked + latency), effective));
            free[client] += latency + random.NextInt64(200);
        }

        return asked;
    }

    private Operation Draw(Random random, int client, int number, long invoked, long? completed)
    {
        if (random.Next(100) >= Writes)
        {
            return Operation.Read(client, "key", null, invoked, completed);
        }

        return random.Next(100) < Deletes
            ? Operation.Delete(client, "key", null, invoked, completed)
            : Operation.Set(client, "key", DistinctValues is { } distinct ? random.Next(distinct) : number, invoked, completed);
    }
}
