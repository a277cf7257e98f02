using Keva.Raft.Membership;
using Keva.Raft.Quorum;

namespace Keva.Raft.Reads;

/// <summary>Who waits for a read index: a follower, or (<see cref="NodeId.None"/>) this server itself.</summary>
internal readonly record struct ReadRequester(NodeId From, long ReadId);

/// <summary>
/// The leader's linearizable reads (§6.4). A read may be served at the commit index of its arrival once a round of
/// heartbeats that began afterwards was answered by a quorum: then nobody else led before the read arrived. All reads
/// that arrive while a round is under way share the next one.
/// <para>Invariant: a batch's read index was the commit index at some moment after each of its reads arrived.</para>
/// </summary>
internal sealed class ReadIndexQueue(NodeId self)
{
    private readonly SortedDictionary<NodeId, long> answeredRound = [];
    private readonly Queue<Batch> underWay = new();
    private List<ReadRequester> waiting = [];

    /// <summary>The latest round that was begun.</summary>
    public long Round { get; private set; }

    /// <summary>When the latest round that a quorum answered was begun; null before the first.</summary>
    public TimeSpan? LeaseStart { get; private set; }

    public bool HasWaiting => waiting.Count > 0;

    /// <summary>Rounds that no quorum has answered yet.</summary>
    public int RoundsUnderWay => underWay.Count;

    public void Add(ReadRequester requester) => waiting.Add(requester);

    /// <summary>
    /// Begins a round for all waiting reads, or (with none waiting) one that only extends the lease. The caller sends
    /// heartbeats with the returned number.
    /// </summary>
    public long BeginRound(LogIndex commitIndex, TimeSpan now)
    {
        Round++;
        underWay.Enqueue(new Batch(Round, commitIndex, now, waiting));

        // Also when it is empty: a read that arrives from now on must not join a round that has begun.
        waiting = [];
        return Round;
    }

    public void OnAnswer(NodeId from, long round)
    {
        Invariant.Check(round <= Round, "nobody answers a round that was not begun");
        answeredRound[from] = Math.Max(answeredRound.GetValueOrDefault(from), round);
    }

    /// <summary>Takes the reads that a quorum has confirmed by now, with their read indexes.</summary>
    public IEnumerable<(ReadRequester Requester, LogIndex ReadIndex)> TakeConfirmed(ClusterConfiguration configuration)
    {
        var confirmed = Majority.ReachedBy(configuration, id => id == self ? Round : answeredRound.GetValueOrDefault(id));
        while (underWay.TryPeek(out var batch) && batch.Round <= confirmed)
        {
            underWay.Dequeue();
            LeaseStart = batch.BegunAt;
            foreach (var requester in batch.Requesters)
            {
                yield return (requester, batch.ReadIndex);
            }
        }
    }

    private sealed record Batch(long Round, LogIndex ReadIndex, TimeSpan BegunAt, List<ReadRequester> Requesters);
}
