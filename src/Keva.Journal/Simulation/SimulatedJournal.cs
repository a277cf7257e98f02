using Keva.Journal.Rows;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Membership;

namespace Keva.Journal.Simulation;

/// <summary>
/// The journal in memory, in virtual time: the same contract as <see cref="SqliteJournal"/>, the same rows, checks and
/// group commit, but the disk is a <see cref="SimulatedJournalDisk"/> and a transaction is durable when the schedule says
/// so. Used by one thread.
/// </summary>
public sealed class SimulatedJournal : IJournal
{
    private const string File = "simulated journal";
    private static readonly TimeSpan StallRetry = TimeSpan.FromMilliseconds(500);
    private readonly SimulatedJournalDisk disk;
    private readonly IJournalEvents events;
    private readonly Action<TimeSpan, Action> schedule;
    private readonly Random random;
    private readonly JournalLedger ledger = new(File);
    private readonly Queue<Request> incoming = [];
    private readonly List<PreparedWrite> transaction = [];
    private JournalStatistics statistics;
    private bool replayed;
    private bool busy;
    private bool ended;

    /// <param name="disk">What earlier journals left; one journal at a time.</param>
    /// <param name="events">Told what happens, always from the schedule.</param>
    /// <param name="schedule">Runs an action after some virtual time.</param>
    /// <param name="random">Decides latencies, and what a crash leaves of a transaction under way.</param>
    public SimulatedJournal(SimulatedJournalDisk disk, IJournalEvents events, Action<TimeSpan, Action> schedule, Random random)
    {
        this.disk = disk;
        this.events = events;
        this.schedule = schedule;
        this.random = random;
    }

    private readonly record struct Request(JournalWrite? Write, EntryId Through, ClusterConfiguration? Configuration, GroupId Group)
    {
        public bool IsRecovery => Write is null && Configuration is null;
    }

    public JournalStatistics Statistics => statistics;

    public void Recover(GroupId group) => Hand(new Request(Write: null, EntryId.Zero, Configuration: null, group));

    public void Enqueue(JournalWrite write)
    {
        statistics = statistics with { QueueDepth = statistics.QueueDepth + 1 };
        Hand(new Request(write, EntryId.Zero, Configuration: null, write.Group));
    }

    public void Trim(GroupId group, EntryId through, ClusterConfiguration configuration) =>
        Hand(new Request(Write: null, through, configuration, group));

    /// <summary>
    /// The process or the power dies. What was not durable is lost, except that a transaction under way may have reached
    /// the disk as a whole without anyone having been told. Nothing is reported any more.
    /// </summary>
    public void Crash()
    {
        if (!ended && transaction.Count > 0 && !disk.IsFull && random.Next(2) == 0)
        {
            Store();
        }

        ended = true;
    }

    /// <summary>An orderly stop: what was handed over is written first, unless the disk is full.</summary>
    public void Dispose()
    {
        while (!ended && !disk.IsFull && (transaction.Count > 0 || incoming.Count > 0))
        {
            Guarded(() =>
            {
                if (transaction.Count == 0 && !Take())
                {
                    Answer(incoming.Dequeue().Group);
                }
                else
                {
                    Commit(TimeSpan.Zero);
                }

                return true;
            });
        }

        ended = true;
    }

    private void Hand(Request request)
    {
        if (!ended)
        {
            incoming.Enqueue(request);
            Proceed();
        }
    }

    private void Proceed()
    {
        if (busy || ended || (transaction.Count == 0 && incoming.Count == 0))
        {
            return;
        }

        busy = true;
        var latency = Latency();
        if (Guarded(Take))
        {
            schedule(latency, () => Finish(() => Commit(latency)));
        }
        else if (!ended)
        {
            schedule(latency, () => Finish(() => Answer(incoming.Dequeue().Group)));
        }
    }

    /// <summary>Moves the writes at the head of the queue into the transaction. False if a recovery is at the head.</summary>
    private bool Take()
    {
        while (incoming.TryPeek(out var request) && !request.IsRecovery)
        {
            incoming.Dequeue();
            var write = request.Write is { } given
                ? ledger.Prepare(given)
                : ledger.PrepareTrim(request.Group, request.Through, request.Configuration!);
            if (write is not null)
            {
                transaction.Add(write);
            }
        }

        return transaction.Count > 0 || incoming.Count == 0;
    }

    private void Finish(Action step)
    {
        if (ended)
        {
            return;
        }

        busy = false;
        Guarded(() =>
        {
            step();
            return true;
        });
        Proceed();
    }

    private bool Guarded(Func<bool> step)
    {
        try
        {
            return step();
        }
        catch (StorageException e)
        {
            Fail(e.Problem, e);
        }
        catch (InvariantViolationException e)
        {
            Fail(new StorageProblem(StorageProblemKind.Defect, e.Message), e);
        }

        return false;
    }

    private void Commit(TimeSpan latency)
    {
        if (disk.IsFailing)
        {
            // Nobody knows what a failed synchronisation left behind.
            Crash();
            var problem = new StorageProblem(StorageProblemKind.InputOutput, $"{File}: the disk failed");
            throw new StorageException(problem);
        }

        if (disk.IsFull)
        {
            Stall();
            return;
        }

        Store();
        Acknowledge(latency);
        if (statistics.IsStalled)
        {
            statistics = statistics with { IsStalled = false };
            events.Resumed();
        }
    }

    private void Stall()
    {
        if (!statistics.IsStalled)
        {
            statistics = statistics with { IsStalled = true };
            events.Stalled(new StorageProblem(StorageProblemKind.DiskFull, $"{File}: the disk is full"));
        }

        busy = true;
        schedule(StallRetry, () => Finish(() => Commit(StallRetry)));
    }

    private void Store()
    {
        disk.BeginTransaction();
        foreach (var write in transaction)
        {
            foreach (var row in write.Rows)
            {
                disk.Add(row);
            }
        }

        if (disk.RowCount > 0 && ledger.NextDeletion(random.Next(1, 100), disk.Rows[^1].Row.Number) is { } deletion)
        {
            var deleted = disk.Delete(deletion);
            ledger.Deleted(deletion);
            statistics = statistics with { RowsDeleted = statistics.RowsDeleted + deleted };
        }
    }

    private void Acknowledge(TimeSpan latency)
    {
        var rows = transaction.Sum(write => write.Rows.Length);
        var bytes = transaction.Sum(write => write.PayloadBytes);
        var writes = transaction.Count(write => write.Sequence is not null);
        statistics = statistics with
        {
            QueueDepth = statistics.QueueDepth - writes,
            Commits = statistics.Commits + (rows > 0 ? 1 : 0),
            Writes = statistics.Writes + writes,
            Rows = statistics.Rows + rows,
            PayloadBytes = statistics.PayloadBytes + bytes,
            LastCommitDuration = latency,
        };
        var commit = new JournalCommit(writes, rows, bytes, latency);
        var done = transaction.ToArray();
        transaction.Clear();
        foreach (var write in done)
        {
            if (write.Rows.Length > 0)
            {
                disk.Acknowledged[write.Group] = write.Rows[^1].Sequence;
            }

            if (write.Sequence is { } sequence)
            {
                events.Persisted(write.Group, sequence);
            }
        }

        if (writes > 0)
        {
            events.Committed(commit);
        }
    }

    private void Answer(GroupId group)
    {
        if (!replayed)
        {
            foreach (var (row, checksum) in disk.Rows)
            {
                ledger.Replay(row, checksum);
            }

            ledger.FinishReplay(disk.Acknowledged);
            disk.Synchronise();
            replayed = true;
        }

        events.Recovered(group, ledger.TakeRecovered(group));
    }

    private void Fail(StorageProblem problem, Exception cause)
    {
        ended = true;
        schedule(TimeSpan.Zero, () => events.Failed(problem, cause));
    }

    private TimeSpan Latency() =>
        disk.MinimumLatency + (disk.MaximumLatency - disk.MinimumLatency) * random.NextDouble();
}
