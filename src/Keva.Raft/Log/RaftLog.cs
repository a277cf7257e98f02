namespace Keva.Raft.Log;

/// <summary>
/// The log from the last trim to its end, all of it in memory, so that the core never waits for a disk. What is in the
/// journal and how far it is durable is tracked here, too.
/// <para>
/// Invariants: Start.Index ≤ AppliedIndex ≤ CommitIndex ≤ LastIndex; DurableIndex ≤ LastIndex; committed entries never
/// change.
/// </para>
/// </summary>
public sealed class RaftLog
{
    // Enough for what is sent to followers in step with the journal; a follower further behind gets a fresh batch.
    private const int RememberedBatches = 8;

    private readonly List<LogEntry> entries = [];
    private readonly Queue<EntryBatch> recentBatches = new();
    private readonly List<PendingBatch> pending = [];
    private int head;

    /// <param name="start">The entry directly before the first recovered one.</param>
    /// <param name="recovered">What the journal holds behind <paramref name="start"/>, all of it durable.</param>
    /// <param name="applied">How far the recovered state machine has applied the log; so far it is committed.</param>
    public RaftLog(EntryId start, IEnumerable<LogEntry> recovered, LogIndex applied)
    {
        Start = start;
        foreach (var entry in recovered)
        {
            Invariant.Check(entry.Index == LastIndex.Next(), "the recovered log has no gap");
            entries.Add(entry);
            RetainedBytes += entry.Size;
            UnappliedBytes += entry.Index > applied ? entry.Size : 0;
        }

        Invariant.Check(applied >= start.Index && applied <= LastIndex, "the checkpoint lies within the recovered log");
        CommitIndex = applied;
        AppliedIndex = applied;
        DurableIndex = LastIndex;
    }

    /// <summary>The entry directly before the first one held. Zero in a new log.</summary>
    public EntryId Start { get; private set; }

    public LogIndex LastIndex => Start.Index + (entries.Count - head);

    public EntryId LastEntry => Count == 0 ? Start : entries[^1].Id;

    public LogIndex CommitIndex { get; private set; }

    /// <summary>The highest index that was handed to the state machine.</summary>
    public LogIndex AppliedIndex { get; private set; }

    /// <summary>All entries up to here are on this server's disk.</summary>
    public LogIndex DurableIndex { get; private set; }

    /// <summary>Bytes of the entries held, by <see cref="LogEntry.Size"/>.</summary>
    public long RetainedBytes { get; private set; }

    /// <summary>Bytes of the entries that were not handed to the state machine yet: not committed, or not durable, or just waiting.</summary>
    public long UnappliedBytes { get; private set; }

    /// <summary>Whether batches were appended that the journal has not got yet.</summary>
    public bool HasUnwritten => pending.Count > 0 && pending[^1].Sequence == 0;

    /// <summary>Bytes of batches that were appended and are not durable.</summary>
    public long PendingBytes { get; private set; }

    private int Count => entries.Count - head;

    /// <summary>The term of the entry at <paramref name="index"/>, or null if it was trimmed or is not there yet.</summary>
    public Term? TermAt(LogIndex index)
    {
        if (index == Start.Index)
        {
            return Start.Term;
        }

        return index < Start.Index || index > LastIndex ? null : At(index).Term;
    }

    /// <summary>The id of an entry that is in the log or its start.</summary>
    public EntryId IdAt(LogIndex index)
    {
        var term = TermAt(index);
        Invariant.Check(term is not null, "the entry is in the log or where it starts");
        return new EntryId(index, term!.Value);
    }

    public bool Contains(EntryId id) => TermAt(id.Index) == id.Term;

    public LogEntry this[LogIndex index]
    {
        get
        {
            Invariant.Check(index > Start.Index && index <= LastIndex, "the entry is held in the log");
            return At(index);
        }
    }

    /// <summary>
    /// Appends a batch, first removing whatever conflicts with it: the caller made sure that the entry before it is in
    /// the log. Entries that are already there are left alone (§3.5: a delayed request must not shorten the log).
    /// </summary>
    /// <returns>What is new; it took the place of all that was at or behind its first entry.</returns>
    public EntryBatch Append(EntryBatch batch)
    {
        Invariant.Check(!batch.IsEmpty && batch.First.Index <= LastIndex.Next(), "a batch follows on the log without a gap");
        var known = 0;
        while (known < batch.Count && (batch[known].Index <= Start.Index || Contains(batch[known].Id)))
        {
            known++;
        }

        if (known == batch.Count)
        {
            return EntryBatch.Empty;
        }

        if (known > 0)
        {
            batch = new EntryBatch(batch.Entries[known..].ToArray());
        }

        if (batch.First.Index <= LastIndex)
        {
            RemoveFrom(batch.First.Index);
        }

        foreach (ref readonly var entry in batch.Entries)
        {
            entries.Add(entry);
        }

        RetainedBytes += batch.Size;
        UnappliedBytes += batch.Size;
        pending.Add(new PendingBatch { Batch = batch, DurableTo = batch.Last.Index });
        PendingBytes += batch.Size;
        Remember(batch);
        return batch;
    }

    /// <summary>Takes the batches that the journal has not got yet; <paramref name="nextSequence"/> numbers its writes.</summary>
    public void TakeUnwritten(Func<long> nextSequence, Action<long, EntryBatch> write)
    {
        foreach (var batch in pending)
        {
            if (batch.Sequence == 0)
            {
                batch.Sequence = nextSequence();
                write(batch.Sequence, batch.Batch);
            }
        }
    }

    /// <summary>The journal has made its writes up to <paramref name="sequence"/> durable.</summary>
    public void OnPersisted(long sequence)
    {
        var done = 0;
        while (done < pending.Count && pending[done].Sequence != 0 && pending[done].Sequence <= sequence)
        {
            DurableIndex = LogIndex.Max(DurableIndex, pending[done].DurableTo);
            PendingBytes -= pending[done].Batch.Size;
            done++;
        }

        pending.RemoveRange(0, done);
        Invariant.Check(DurableIndex <= LastIndex, "only entries of the log are durable");
    }

    public void CommitTo(LogIndex index)
    {
        if (index <= CommitIndex)
        {
            return;
        }

        Invariant.Check(index <= LastIndex, "only entries that the log holds are committed");
        CommitIndex = index;
    }

    /// <summary>The next entries to apply, at most about <paramref name="maxBytes"/>; null when there are none.</summary>
    /// <param name="maxBytes">About how many bytes of entries to hand out.</param>
    /// <param name="durableOnly">
    /// Whether to apply only what is durable here, too. Committed is enough for safety, since a majority has it; but
    /// while the disk works, a checkpoint is kept from running ahead of the journal.
    /// </param>
    public EntryBatch? TakeCommitted(long maxBytes, bool durableOnly)
    {
        var to = durableOnly ? LogIndex.Min(CommitIndex, DurableIndex) : CommitIndex;
        if (to <= AppliedIndex)
        {
            return null;
        }

        var batch = Slice(AppliedIndex.Next(), to, maxBytes);
        AppliedIndex = batch.Last.Index;
        UnappliedBytes -= batch.Size;
        return batch;
    }

    /// <summary>
    /// Entries from <paramref name="from"/> on, at most about <paramref name="maxBytes"/> but at least one.
    /// </summary>
    public EntryBatch Slice(LogIndex from, LogIndex to, long maxBytes)
    {
        Invariant.Check(from > Start.Index && from <= to && to <= LastIndex, "the entries are held in the log");
        foreach (var recent in recentBatches)
        {
            if (recent.First.Index == from && recent.Last.Index <= to && (recent.Count == 1 || recent.Encoded.Length <= maxBytes))
            {
                return recent;
            }
        }

        var first = Position(from);
        var last = Position(to);
        var count = 0;
        var bytes = 0L;
        while (first + count <= last && (count == 0 || bytes + entries[first + count].Size <= maxBytes))
        {
            bytes += entries[first + count].Size;
            count++;
        }

        return new EntryBatch(entries.GetRange(first, count).ToArray());
    }

    /// <summary>
    /// The last entry at or before <paramref name="index"/> whose term is not above <paramref name="term"/>: where two
    /// logs may agree, given that one has <paramref name="term"/> at <paramref name="index"/> (fast backtracking).
    /// </summary>
    public EntryId LastEntryNotAbove(LogIndex index, Term term)
    {
        index = LogIndex.Min(index, LastIndex);
        while (index > Start.Index && At(index).Term > term)
        {
            index = index.Previous();
        }

        return index <= Start.Index ? Start : At(index).Id;
    }

    /// <summary>Forgets the entries up to and including <paramref name="index"/>, which a checkpoint covers.</summary>
    public void TrimTo(LogIndex index)
    {
        Invariant.Check(index <= AppliedIndex, "only applied entries are trimmed");
        if (index <= Start.Index)
        {
            return;
        }

        var start = At(index).Id;
        var trimmed = (int)(index - Start.Index);
        for (var i = head; i < head + trimmed; i++)
        {
            RetainedBytes -= entries[i].Size;
            entries[i] = default;
        }

        head += trimmed;
        Start = start;
        if (head > entries.Count / 2)
        {
            entries.RemoveRange(0, head);
            head = 0;
        }

        while (recentBatches.Count > 0 && recentBatches.Peek().First.Index <= index)
        {
            recentBatches.Dequeue();
        }
    }

    /// <summary>
    /// The index to trim to when a checkpoint stands at <paramref name="checkpoint"/>: as far as possible while keeping
    /// the given number of entries and bytes at the end, whichever is less.
    /// </summary>
    public LogIndex TrimPoint(LogIndex checkpoint, long retainedEntries, long retainedBytes)
    {
        var limit = LogIndex.Min(checkpoint, LogIndex.Min(AppliedIndex, DurableIndex));
        var index = Start.Index;
        var bytes = RetainedBytes;
        while (index < limit && (LastIndex - index > retainedEntries || bytes > retainedBytes))
        {
            index = index.Next();
            bytes -= At(index).Size;
        }

        return index;
    }

    /// <summary>A snapshot takes the place of the whole log (§5, figure 5.3).</summary>
    public void ResetTo(EntryId snapshot)
    {
        Invariant.Check(snapshot.Index > CommitIndex, "a snapshot only replaces a log that is behind it");
        entries.Clear();
        recentBatches.Clear();
        pending.Clear();
        PendingBytes = 0;
        head = 0;
        RetainedBytes = 0;
        UnappliedBytes = 0;
        Start = snapshot;
        CommitIndex = snapshot.Index;
        AppliedIndex = snapshot.Index;
        DurableIndex = snapshot.Index;
    }

    private void RemoveFrom(LogIndex index)
    {
        Invariant.Check(index > CommitIndex, "a committed entry is never removed");
        var position = Position(index);
        for (var i = position; i < entries.Count; i++)
        {
            RetainedBytes -= entries[i].Size;
            UnappliedBytes -= entries[i].Size;
        }

        entries.RemoveRange(position, entries.Count - position);
        recentBatches.Clear();
        DurableIndex = LogIndex.Min(DurableIndex, index.Previous());
        foreach (var batch in pending)
        {
            // Their writes may still complete, but what was removed is not durable any more, even if the same entries
            // come back later: a write that voids them is under way.
            batch.DurableTo = LogIndex.Min(batch.DurableTo, index.Previous());
        }
    }

    private void Remember(EntryBatch batch)
    {
        if (recentBatches.Count == RememberedBatches)
        {
            recentBatches.Dequeue();
        }

        recentBatches.Enqueue(batch);
    }

    private int Position(LogIndex index) => head + (int)(index - Start.Index) - 1;

    private LogEntry At(LogIndex index) => entries[Position(index)];

    private sealed class PendingBatch
    {
        public required EntryBatch Batch { get; init; }

        /// <summary>The write's number, or zero before the journal has got it.</summary>
        public long Sequence { get; set; }

        /// <summary>The highest index that becomes durable with this batch; lowered when entries are removed.</summary>
        public LogIndex DurableTo { get; set; }
    }
}
