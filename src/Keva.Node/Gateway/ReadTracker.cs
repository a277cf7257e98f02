using System.Diagnostics;
using Keva.Raft;
using Keva.Store;

namespace Keva.Node.Gateway;

/// <summary>A batch of reads that wants a read index.</summary>
internal readonly record struct ReadIndexWanted(long BatchId, bool Lease);

/// <summary>A batch of reads for the store.</summary>
/// <param name="Arrived">When its first read came.</param>
internal sealed record StoreRead(long BatchId, LogIndex NotBefore, IReadOnlyList<ReadOnlyMemory<byte>> Keys, TimeSpan Arrived);

/// <summary>
/// The reads of this node's clients from arrival to answer. All that arrive together share one read index (§6.4), and
/// one visit to the store.
/// </summary>
/// <typeparam name="TClient">Whom to answer.</typeparam>
internal sealed class ReadTracker<TClient>(GatewayOptions options)
{
    private readonly SortedDictionary<long, Batch> batches = [];
    private Batch? linearizable;
    private Batch? lease;
    private Batch? stale;
    private long lastBatch;

    public bool IsEmpty => batches.Count == 0;

    /// <summary>Reads that wait.</summary>
    public int Count { get; private set; }

    public void Add(ClientRead read, TClient client, TimeSpan now)
    {
        ref var batch = ref BatchFor(read.Consistency);
        if (batch is null)
        {
            batch = new Batch(++lastBatch, read.Consistency, now);
            batches.Add(batch.Id, batch);
        }

        batch.Keys.Add(read.Key);
        batch.Clients.Add(client);
        Count++;
        if (read.Trace is { } trace)
        {
            (batch.Traces ??= []).Add(trace);
        }
    }

    /// <summary>The batches that arrived since the last call and want a read index.</summary>
    public IEnumerable<ReadIndexWanted> TakeWanted()
    {
        if (linearizable is { } strict)
        {
            linearizable = null;
            yield return new ReadIndexWanted(strict.Id, Lease: false);
        }

        if (lease is { } leased)
        {
            lease = null;
            yield return new ReadIndexWanted(leased.Id, Lease: true);
        }
    }

    /// <summary>The stale reads that arrived since the last call, which ask nobody.</summary>
    public StoreRead? TakeStale()
    {
        if (stale is not { } batch)
        {
            return null;
        }

        stale = null;
        batch.Confirmed = true;
        return new StoreRead(batch.Id, LogIndex.Zero, batch.Keys, batch.Arrived);
    }

    /// <summary>What to ask the store; null if nobody waits for the batch any more.</summary>
    public StoreRead? OnConfirmed(long batchId, LogIndex readIndex)
    {
        if (!batches.TryGetValue(batchId, out var batch) || batch.Confirmed)
        {
            return null;
        }

        batch.Confirmed = true;
        batch.Traces?.ForEach(static trace => trace.AddEvent(new ActivityEvent("read index confirmed")));
        return new StoreRead(batchId, readIndex, batch.Keys, batch.Arrived);
    }

    public List<(TClient Client, ReadOutcome Outcome)> OnRead(long batchId, IReadOnlyList<KeyValueRecord> records, long revision, TimeSpan? age)
    {
        var answers = new List<(TClient Client, ReadOutcome Outcome)>();
        if (!batches.Remove(batchId, out var batch))
        {
            return answers;
        }

        Count -= batch.Clients.Count;
        for (var i = 0; i < records.Count; i++)
        {
            var record = records[i];
            var found = !record.IsNone;
            answers.Add((batch.Clients[i], new ReadOutcome(
                null,
                found,
                found ? record.Value : default,
                found ? record.ModRevision : 0,
                revision,
                batch.Consistency,
                batch.Consistency == ReadConsistency.Stale ? age : null)));
        }

        return answers;
    }

    public List<(TClient Client, ReadOutcome Outcome)> OnTick(TimeSpan now)
    {
        var answers = new List<(TClient Client, ReadOutcome Outcome)>();
        foreach (var batch in batches.Values.ToArray())
        {
            var waited = now - batch.Arrived;
            if (!batch.Confirmed && waited >= options.LeaderWait)
            {
                foreach (var answer in Fail(batch, KevaError.NoLeader, "no leader confirmed the read in time; ?consistency=stale reads what this node has"))
                {
                    answers.Add(answer);
                }
            }
            else if (waited >= options.RequestTimeout)
            {
                foreach (var answer in Fail(batch, KevaError.Busy, "this node is too far behind to serve the read in time; try again or another node"))
                {
                    answers.Add(answer);
                }
            }
        }

        return answers;
    }

    private List<(TClient Client, ReadOutcome Outcome)> Fail(Batch batch, KevaError error, string message)
    {
        var answers = new List<(TClient Client, ReadOutcome Outcome)>();
        batches.Remove(batch.Id);
        Count -= batch.Clients.Count;
        Forget(batch);
        var outcome = new ReadOutcome(new KevaFailure(error, message), false, default, 0, 0, batch.Consistency, null);
        foreach (var client in batch.Clients)
        {
            answers.Add((client, outcome));
        }

        return answers;
    }

    private void Forget(Batch batch)
    {
        ref var current = ref BatchFor(batch.Consistency);
        if (ReferenceEquals(current, batch))
        {
            current = null;
        }
    }

    private ref Batch? BatchFor(ReadConsistency consistency)
    {
        switch (consistency)
        {
            case ReadConsistency.Lease:
                return ref lease;
            case ReadConsistency.Stale:
                return ref stale;
            default:
                return ref linearizable;
        }
    }

    private sealed class Batch(long id, ReadConsistency consistency, TimeSpan arrived)
    {
        public long Id { get; } = id;

        public ReadConsistency Consistency { get; } = consistency;

        /// <summary>When its first read arrived.</summary>
        public TimeSpan Arrived { get; } = arrived;

        public List<ReadOnlyMemory<byte>> Keys { get; } = [];

        public List<TClient> Clients { get; } = [];

        /// <summary>The spans of those that are traced; null if none is.</summary>
        public List<Activity>? Traces { get; set; }

        /// <summary>Whether the store was asked.</summary>
        public bool Confirmed { get; set; }
    }
}
