using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Log;
using Keva.Raft.Membership;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Log;

/// <summary>A log beside the plainest thing that could be one: a list of terms, and a disk that takes writes in order.</summary>
internal sealed class RaftLogModel(int seed)
{
    private readonly Random random = new(seed);
    private readonly List<long> terms = [];
    private readonly Queue<JournalWrite> writes = new();
    private readonly DiskImage disk = new();
    private RaftLog log = new(EntryId.Zero, [], LogIndex.Zero);
    private long sequence;
    private long committed;
    private long applied;
    private long term = 1;

    public void Run(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            switch (random.Next(9))
            {
                case 0:
                case 1:
                    Append();
                    break;
                case 2:
                    log.TakeUnwritten(() => ++sequence, (number, batch) => writes.Enqueue(new JournalWrite(GroupId.Zero, number, null, null, batch)));
                    break;
                case 3:
                case 4:
                    Persist(random.Next(writes.Count + 1));
                    break;
                case 5:
                    Commit();
                    break;
                case 6:
                    Take();
                    break;
                case 7:
                    Trim();
                    break;
                default:
                    Rarely();
                    break;
            }

            Check(step);
        }
    }

    private LogEntry EntryAt(long index) => new(new LogIndex(index), new Term(terms[(int)index - 1]), EntryKind.Command, BitConverter.GetBytes(index));

    // A leader's message: what it shares with this log, then what this log may lack or hold otherwise.
    private void Append()
    {
        if (random.Next(3) == 0)
        {
            term++;
        }

        var previous = random.NextInt64(committed, terms.Count + 1);
        var shared = (int)random.NextInt64(0, terms.Count - previous + 1);
        var added = random.Next(0, 4);
        var keep = previous + shared;
        var count = shared + added;
        if (count == 0)
        {
            return;
        }

        if (added > 0)
        {
            // New entries are of a term above those that they replace, as a later leader's are.
            if (keep < terms.Count)
            {
                term = Math.Max(term, terms[^1] + 1);
            }

            terms.RemoveRange((int)keep, terms.Count - (int)keep);
            terms.AddRange(Enumerable.Repeat(term, added));
        }

        var from = previous + 1 + random.Next(0, shared + 1);
        if (from > previous + count)
        {
            return;
        }

        log.Append(new EntryBatch([.. Enumerable.Range((int)from, (int)(previous + count - from + 1)).Select(index => EntryAt(index))]));
    }

    private void Persist(int count)
    {
        long last = 0;
        for (var i = 0; i < count; i++)
        {
            var write = writes.Dequeue();
            disk.Make(write);
            last = write.Sequence;
        }

        if (count > 0)
        {
            log.OnPersisted(last);
        }
    }

    private void Commit()
    {
        committed = random.NextInt64(committed, terms.Count + 1);
        log.CommitTo(new LogIndex(committed));
    }

    private void Take()
    {
        var durableOnly = random.Next(2) == 0;
        var durable = log.DurableIndex.Value;
        var batch = log.TakeCommitted(random.Next(1, 100), durableOnly);
        var limit = durableOnly ? Math.Min(committed, durable) : committed;
        Assert.Equal(applied >= limit, batch is null);
        if (batch is not null)
        {
            Assert.Equal(applied + 1, batch.First.Index.Value);
            Assert.True(batch.Last.Index.Value <= limit);
            applied = batch.Last.Index.Value;
        }
    }

    private void Trim()
    {
        var checkpoint = new LogIndex(random.NextInt64(0, applied + 1));
        var to = log.TrimPoint(checkpoint, random.Next(0, 5), random.Next(0, 200));
        Assert.True(to <= log.DurableIndex && (to <= checkpoint || to == log.Start.Index));
        if (to > log.Start.Index && writes.Count == 0)
        {
            log.TrimTo(to);
            disk.Trim(log.Start, ClusterConfiguration.Empty);
        }
    }

    private void Rarely()
    {
        switch (random.Next(12))
        {
            case 0:
                Reset();
                break;
            case 1:
                Restart();
                break;
        }
    }

    // A snapshot in place of the whole log.
    private void Reset()
    {
        var index = terms.Count + random.Next(1, 4);
        term++;
        while (terms.Count < index)
        {
            terms.Add(term);
        }

        var snapshot = new EntryId(new LogIndex(index), new Term(term));
        log.ResetTo(snapshot);
        writes.Enqueue(new JournalWrite(GroupId.Zero, ++sequence, null, new LogReset(snapshot, ClusterConfiguration.Empty), null));
        Persist(writes.Count);
        committed = index;
        applied = index;
    }

    // What is on disk is all that is left; what was applied is in a checkpoint.
    private void Restart()
    {
        Persist(random.Next(writes.Count + 1));
        if (committed > 0 && !disk.Holds(new EntryId(new LogIndex(committed), new Term(terms[(int)committed - 1]))))
        {
            // In a cluster a majority of disks has what is committed; this model has but one disk.
            return;
        }

        writes.Clear();
        var recovered = disk.Recover();
        terms.RemoveRange((int)recovered.Start.Index.Value, terms.Count - (int)recovered.Start.Index.Value);
        terms.AddRange(recovered.Entries.Select(entry => entry.Term.Value));
        log = new RaftLog(recovered.Start, recovered.Entries, new LogIndex(applied));
        committed = applied;
        sequence = 0;
    }

    private void Check(int step)
    {
        var where = $"seed {seed}, step {step}";
        Assert.True(terms.Count == log.LastIndex.Value, where);
        Assert.True(committed == log.CommitIndex.Value && applied == log.AppliedIndex.Value, where);
        Assert.True(log.DurableIndex <= log.LastIndex, where);
        var bytes = 0L;
        var unapplied = 0L;
        for (var index = log.Start.Index.Value; index <= terms.Count; index++)
        {
            var expected = index == 0 ? 0 : terms[(int)index - 1];
            Assert.True(log.TermAt(new LogIndex(index))?.Value == expected, where);
            if (index > log.Start.Index.Value)
            {
                bytes += log[new LogIndex(index)].Size;
                unapplied += index > applied ? log[new LogIndex(index)].Size : 0;
                Assert.True(index > log.DurableIndex.Value || disk.Holds(new EntryId(new LogIndex(index), new Term(expected))), where + $": {index} is called durable");
            }
        }

        Assert.True(bytes == log.RetainedBytes && unapplied == log.UnappliedBytes, where);
        Assert.Null(log.TermAt(log.LastIndex.Next()));
        CheckSlice(where);
        if (writes.Count == 0 && !log.HasUnwritten)
        {
            Assert.True(log.PendingBytes == 0 && log.DurableIndex == log.LastIndex, where);
        }
    }

    private void CheckSlice(string where)
    {
        if (log.LastIndex == log.Start.Index)
        {
            return;
        }

        var from = random.NextInt64(log.Start.Index.Value + 1, terms.Count + 1);
        var to = random.NextInt64(from, terms.Count + 1);
        var slice = log.Slice(new LogIndex(from), new LogIndex(to), random.Next(1, 200));
        Assert.True(slice.First.Index.Value == from && slice.Last.Index.Value <= to, where);
        foreach (var entry in slice.Entries)
        {
            Assert.True(entry.Term.Value == terms[(int)entry.Index.Value - 1], where);
        }
    }
}
