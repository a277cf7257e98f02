using Keva.Linearizability;
using Keva.Node.Gateway;

namespace Keva.Simulator.Workload;

/// <summary>What all clients asked and were told, for the check of linearizability at the end.</summary>
internal sealed class ClientHistory
{
    private readonly List<Operation> operations = [];
    private readonly List<string> keys = [];
    private readonly HashSet<string> keysWithOpenEmptyValue = new(StringComparer.Ordinal);
    private long lastValue;

    public IReadOnlyList<Operation> Operations => operations;

    public int Served { get; private set; }

    public int Refused { get; private set; }

    public int Open { get; private set; }

    public int StaleReads { get; private set; }

    public IReadOnlyList<string> Keys => keys;

    public long NextValue() => ++lastValue;

    /// <summary>
    /// Whether the empty value may be written to the key now: not while another such write is open there, for nobody could
    /// tell which of the two was seen.
    /// </summary>
    public bool TryBeginEmptyValue(string key) => keysWithOpenEmptyValue.Add(key);

    public string Key(int number)
    {
        while (keys.Count <= number)
        {
            keys.Add($"k{keys.Count}");
        }

        return keys[number];
    }

    public void Note(int client, PendingRequest request, Answer answer, long now)
    {
        Count(answer);
        if (request is { Kind: OperationKind.Set, Value: ClientValue.Empty } && answer != Answer.None)
        {
            keysWithOpenEmptyValue.Remove(request.Key);
        }

        if (request is { Kind: OperationKind.Read, Consistency: ReadConsistency.Stale })
        {
            // Promises nothing but some state that was committed once, which was checked when it was answered.
            StaleReads++;
            return;
        }

        // What was refused took no effect, and a read without an answer says nothing.
        if (answer == Answer.Refused || (answer == Answer.None && request.Kind == OperationKind.Read))
        {
            return;
        }

        long? completed = answer == Answer.Done ? now : null;
        operations.Add(new Operation
        {
            Client = client,
            Key = request.Key,
            Kind = request.Kind,
            Value = request.Kind == OperationKind.Delete || (request.Kind == OperationKind.Read && !request.Found) ? null : request.Value,
            Existed = request.Kind == OperationKind.Read ? null : request.Existed,
            Invoked = request.Invoked,
            Completed = completed,
            StoreRevision = completed is null ? null : request.Revision,
            ModRevision = completed is not null && request is { Kind: OperationKind.Read, Found: true } ? request.ModRevision : null,
        });
    }

    private void Count(Answer answer)
    {
        switch (answer)
        {
            case Answer.Done:
                Served++;
                break;
            case Answer.Refused:
                Refused++;
                break;
            default:
                Open++;
                break;
        }
    }
}
