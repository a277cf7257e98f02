using Keva.Serf.Queries;
using Keva.Serf.Swim;
using Keva.Serf.Wire;

namespace Keva.Serf.Keys;

/// <summary>An operation on the keys of all nodes, and what they say to it.</summary>
internal sealed class KeyOperation(Outbox outbox, int nodes) : IQueryObserver
{
    private readonly SortedDictionary<string, string> failures = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> keys = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> primaryKeys = new(StringComparer.Ordinal);
    private int answers;

    /// <summary>Called when there is nobody left to wait for.</summary>
    public required Action<QueryId> Complete { get; init; }

    public void OnAcknowledged(QueryId query, string from)
    {
        // None was asked for.
    }

    public void OnAnswered(QueryId query, string from, byte[] payload)
    {
        answers++;
        Count(from, payload);
        if (answers == nodes)
        {
            Complete(query);
        }
    }

    public void OnFinished(QueryId query, int acknowledgements, int received) =>
        outbox.Add(new KeyOperationFinished(query, new KeyOperationResult(nodes, answers, failures, keys, primaryKeys)));

    private void Count(string from, byte[] payload)
    {
        try
        {
            if (SerfDecoder.Decode(payload) is not KeyResponseMessage response)
            {
                failures[from] = "the answer is of another kind";
                return;
            }

            if (!response.Result)
            {
                failures[from] = response.Message;
            }

            foreach (var key in response.Keys ?? [])
            {
                keys[key] = keys.GetValueOrDefault(key) + 1;
            }

            if (response.PrimaryKey.Length > 0)
            {
                primaryKeys[response.PrimaryKey] = primaryKeys.GetValueOrDefault(response.PrimaryKey) + 1;
            }
        }
        catch (MalformedMessageException exception)
        {
            failures[from] = exception.Message;
        }
    }
}
