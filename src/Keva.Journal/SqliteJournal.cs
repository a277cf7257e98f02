using System.Diagnostics;
using Keva.Journal.Rows;
using Keva.Journal.Sqlite;
using Keva.Journal.Storage;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Membership;

namespace Keva.Journal;

/// <summary>
/// The journal in a SQLite file, on a thread of its own. Group commit: whatever was handed over while the disk was busy,
/// of all groups, shares the next transaction and its one synchronisation.
/// </summary>
public sealed class SqliteJournal : IJournal
{
    private readonly IJournalStorage storage;
    private readonly IJournalEvents events;
    private readonly JournalOptions options;
    private readonly ReserveFile reserve;
    private readonly JournalLedger ledger;
    private readonly Thread thread;

    // Shared with the callers, under the lock.
    private readonly object gate = new();
    private List<Request> incoming = [];
    private bool closing;
    private JournalStatistics statistics;

    // The journal thread's own.
    private readonly Queue<PreparedWrite> prepared = [];
    private readonly List<PreparedWrite> batch = [];
    private List<Request> taken = [];
    private long durableRow;
    private bool replayed;
    private bool stalled;

    internal SqliteJournal(IJournalStorage storage, string path, IJournalEvents events, JournalOptions options)
    {
        this.storage = storage;
        this.events = events;
        this.options = options;
        ledger = new JournalLedger(path);
        reserve = new ReserveFile(path + "-reserve", options.ReserveBytes);
        thread = new Thread(Run) { Name = "keva-journal", IsBackground = true };
        thread.Start();
    }

    /// <summary>One thing that a caller asked for: a write, a trim or a recovery.</summary>
    private readonly record struct Request(JournalWrite? Write, Trimming? Trim, GroupId Group);

    private sealed record Trimming(EntryId Through, ClusterConfiguration Configuration);

    /// <summary>Opens the journal in a working directory, making an empty one if there is none.</summary>
    /// <param name="path">The main file; others beside it have its name and an ending.</param>
    /// <param name="events">Told what happens, on the journal's thread.</param>
    /// <exception cref="StorageException">
    /// The file cannot be opened, is in use, or has a newer format; a <see cref="JournalCorruptException"/> if it is
    /// damaged or no journal at all.
    /// </exception>
    public static SqliteJournal Open(string path, IJournalEvents events, JournalOptions? options = null)
    {
        options ??= JournalOptions.Default;
        try
        {
            return new SqliteJournal(JournalFile.Open(path, options), path, events, options);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException and not StorageException)
        {
            throw new StorageException(new StorageProblem(StorageProblemKind.InputOutput, $"{path}: {e.Message}"), e);
        }
    }

    public JournalStatistics Statistics
    {
        get
        {
            lock (gate)
            {
                return statistics;
            }
        }
    }

    public void Recover(GroupId group) => Hand(new Request(Write: null, Trim: null, group));

    public void Enqueue(JournalWrite write) => Hand(new Request(write, Trim: null, write.Group));

    public void Trim(GroupId group, EntryId through, ClusterConfiguration configuration) =>
        Hand(new Request(Write: null, new Trimming(through, configuration), group));

    /// <summary>
    /// Writes what was handed over, closes the file and ends the thread, and waits for it. What waits for a full disk is
    /// given up: it was never reported durable.
    /// </summary>
    public void Dispose()
    {
        lock (gate)
        {
            closing = true;
            Monitor.Pulse(gate);
        }

        thread.Join();
    }

    private void Hand(Request request)
    {
        // Held for a few instructions here and by the thread, never during disk work.
        lock (gate)
        {
            if (closing)
            {
                return;
            }

            incoming.Add(request);
            if (request.Write is not null)
            {
                statistics = statistics with { QueueDepth = statistics.QueueDepth + 1 };
            }

            Monitor.Pulse(gate);
        }
    }

    private void Run()
    {
        try
        {
            reserve.TryFill();
            while (TakeIncoming())
            {
                foreach (var request in taken)
                {
                    Prepare(request);
                }

                taken.Clear();
                if (!CommitPrepared())
                {
                    return;
                }
            }
        }
        catch (StorageException e)
        {
            Fail(e.Problem, e);
        }
        catch (Exception e)
        {
            Fail(new StorageProblem(StorageProblemKind.Defect, $"the journal stopped because a rule of this program was broken: {e.Message}"), e);
        }
        finally
        {
            storage.Dispose();
        }
    }

    private void Fail(StorageProblem problem, Exception cause)
    {
        // Closing must not write either: what a failed synchronisation left behind cannot be trusted.
        storage.Abandon();
        lock (gate)
        {
            closing = true;
            incoming.Clear();
        }

        events.Failed(problem, cause);
    }

    /// <summary>
    /// Waits for requests and takes all. Comes back without any when the stall should be looked at again or there is
    /// housekeeping to go on with. False when the journal is to close and all is written.
    /// </summary>
    private bool TakeIncoming()
    {
        var idle = false;
        while (true)
        {
            lock (gate)
            {
                if (incoming.Count > 0)
                {
                    (taken, incoming) = (incoming, taken);
                    return true;
                }

                if (closing)
                {
                    return false;
                }

                if (stalled)
                {
                    Monitor.Wait(gate, options.StallRetry);
                    return true;
                }

                if (!idle)
                {
                    // Under load the next request comes at once, and housekeeping would only be in its way.
                    idle = !Monitor.Wait(gate, options.IdleAfter);
                    continue;
                }
            }

            if (DeleteSuperfluous())
            {
                continue;
            }

            storage.Tidy(isIdle: true);
            lock (gate)
            {
                if (incoming.Count == 0 && !closing)
                {
                    Monitor.Wait(gate);
                }
            }

            idle = false;
        }
    }

    private void Prepare(Request request)
    {
        if (request.Write is { } write)
        {
            prepared.Enqueue(ledger.Prepare(write));
        }
        else if (request.Trim is { } trim)
        {
            if (ledger.PrepareTrim(request.Group, trim.Through, trim.Configuration) is { } row)
            {
                prepared.Enqueue(row);
            }
        }
        else
        {
            if (!replayed)
            {
                // All groups share one file, so one pass reads them all.
                storage.Replay(ledger);
                replayed = true;
                durableRow = ledger.LastRow;
            }

            events.Recovered(request.Group, ledger.TakeRecovered(request.Group));
        }
    }

    /// <summary>Commits all that is prepared, in order. False if the journal was closed while it waited for space.</summary>
    private bool CommitPrepared()
    {
        while (prepared.Count > 0)
        {
            FillBatch();
            try
            {
                CommitBatch();
            }
            catch (StorageException e) when (e.Problem.IsTransient)
            {
                if (!stalled)
                {
                    SetStalled(true);
                    events.Stalled(e.Problem);
                }

                var released = reserve.TryRelease();
                storage.MakeRoom();
                DeleteSuperfluous();
                if (!released && !WaitForRetry())
                {
                    return false;
                }
            }
        }

        if (stalled)
        {
            DeleteSuperfluous();
            if (reserve.TryFill())
            {
                SetStalled(false);
                events.Resumed();
            }
        }

        return true;
    }

    /// <summary>Takes from the head of the queue, without removing, what the next transaction shall hold.</summary>
    private void FillBatch()
    {
        batch.Clear();
        var bytes = 0L;
        foreach (var write in prepared)
        {
            bytes += write.PayloadBytes;

            // In need of space, one write at a time: whatever fits gets through.
            if (batch.Count > 0 && (stalled || bytes > options.MaxTransactionBytes))
            {
                return;
            }

            batch.Add(write);
        }
    }

    private void CommitBatch()
    {
        var rows = 0;
        var bytes = 0L;
        var lastRow = durableRow;
        foreach (var write in batch)
        {
            rows += write.Rows.Length;
            bytes += write.PayloadBytes;
            lastRow = write.Rows.Length > 0 ? write.Rows[^1].Number : lastRow;
        }

        var started = Stopwatch.GetTimestamp();
        if (rows > 0)
        {
            // More rows than this transaction adds, so that deleting catches up under any load.
            var deletion = stalled ? null : ledger.NextDeletion(Math.Max(64, 4 * rows), lastRow);
            var deletedUpTo = storage.Commit(batch, deletion);
            durableRow = lastRow;
            AccountForDeletion(deletion, deletedUpTo);
        }

        Report(rows, bytes, Stopwatch.GetElapsedTime(started));
        storage.Tidy(isIdle: false);
    }

    private void Report(int rows, long bytes, TimeSpan duration)
    {
        var writes = 0;
        foreach (var write in batch)
        {
            prepared.Dequeue();
            writes += write.Sequence is null ? 0 : 1;
        }

        var commit = new JournalCommit(writes, rows, bytes, duration);
        lock (gate)
        {
            statistics = statistics with
            {
                QueueDepth = statistics.QueueDepth - writes,
                Commits = statistics.Commits + (commit.Rows > 0 ? 1 : 0),
                Writes = statistics.Writes + writes,
                Rows = statistics.Rows + commit.Rows,
                PayloadBytes = statistics.PayloadBytes + commit.PayloadBytes,
                LastCommitDuration = commit.Duration,
            };
        }

        foreach (var write in batch)
        {
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

    /// <summary>Deletes a few rows behind trims in a transaction of their own. False if there are none.</summary>
    private bool DeleteSuperfluous()
    {
        if (ledger.NextDeletion(256, durableRow) is not { } deletion)
        {
            return false;
        }

        try
        {
            AccountForDeletion(deletion, storage.Commit([], deletion));
            return true;
        }
        catch (StorageException e) when (e.Problem.IsTransient)
        {
            // No harm done. It is tried again together with the next write.
            return false;
        }
    }

    private void AccountForDeletion(RowDeletion? deletion, long deletedUpTo)
    {
        if (deletion is { } rows)
        {
            ledger.Deleted(rows with { EndRow = deletedUpTo });
            lock (gate)
            {
                statistics = statistics with { RowsDeleted = statistics.RowsDeleted + deletedUpTo - rows.FirstRow };
            }
        }
    }

    private void SetStalled(bool value)
    {
        stalled = value;
        lock (gate)
        {
            statistics = statistics with { IsStalled = value };
        }
    }

    /// <summary>False if the journal is to close.</summary>
    private bool WaitForRetry()
    {
        var deadline = Stopwatch.GetTimestamp() + (long)(options.StallRetry.TotalSeconds * Stopwatch.Frequency);
        lock (gate)
        {
            while (!closing)
            {
                var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), deadline);
                if (left <= TimeSpan.Zero)
                {
                    return true;
                }

                Monitor.Wait(gate, left);
            }
        }

        return false;
    }
}
