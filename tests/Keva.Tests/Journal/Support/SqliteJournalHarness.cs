using Keva.Journal;
using Keva.Journal.Rows;
using Keva.Journal.Sqlite;
using Keva.Journal.Storage;

namespace Keva.Tests.Journal.Support;

/// <summary>The SQLite journal in a temporary directory. A crash is a copy of the files, taken while they are open.</summary>
internal sealed class SqliteJournalHarness : JournalHarness
{
    public static readonly JournalOptions Options = new()
    {
        StallRetry = TimeSpan.FromMilliseconds(5),
        IdleAfter = TimeSpan.FromMilliseconds(1),
        IdleCheckpointBytes = 64 << 10,
        CheckpointBytes = 256 << 10,
        ReserveBytes = 0,
    };

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly List<TemporaryDirectory> directories = [new()];
    private FaultyStorage? storage;

    public string JournalPath => directories[^1].File("journal.db");

    public override void Open()
    {
        Events = new RecordingEvents();
        storage = new FaultyStorage(JournalFile.Open(JournalPath, Options));
        Journal = new SqliteJournal(storage, JournalPath, Events, Options);
    }

    public override void Close()
    {
        Journal.Dispose();
        storage = null;
    }

    public override void Crash()
    {
        var next = new TemporaryDirectory();
        storage!.Die(() => CopyFiles(directories[^1].Path, next.Path));
        Journal.Dispose();
        directories.Add(next);
        storage = null;
    }

    public override void WaitFor(Func<RecordingEvents, bool> condition) =>
        Assert.True(Events.Wait(condition, Deadline), "not within the deadline; told: " + string.Join(", ", Events.Told.TakeLast(20)));

    public override void SetDiskFull(bool full)
    {
        if (storage is not null)
        {
            storage.IsFull = full;
        }
    }

    public override void FailDisk() => storage!.IsFailing = true;

    public override void DamageLastRow() => Change("UPDATE journal SET payload = zeroblob(length(payload)) WHERE row_nr = (SELECT max(row_nr) FROM journal)");

    public override void LoseLastRow() => Change("DELETE FROM journal WHERE row_nr = (SELECT max(row_nr) FROM journal)");

    public override void Dispose()
    {
        Journal?.Dispose();
        directories.ForEach(directory => directory.Dispose());
    }

    private static void CopyFiles(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    private void Change(string sql)
    {
        using var database = SqliteDatabase.OpenOrCreate(JournalPath);
        database.Execute(sql);
    }
}

/// <summary>A journal's storage that fails when a test wants it to.</summary>
internal sealed class FaultyStorage(IJournalStorage inner) : IJournalStorage
{
    private readonly Lock gate = new();
    private bool isDead;

    public bool IsFull { get; set; }

    public bool IsFailing { get; set; }

    /// <summary>Run on the journal's thread before each transaction.</summary>
    public Action? BeforeCommit { get; set; }

    /// <summary>Does something between two transactions, after which nothing is written any more.</summary>
    public void Die(Action lastly)
    {
        lock (gate)
        {
            lastly();
            isDead = true;
        }
    }

    public void Replay(JournalLedger ledger)
    {
        lock (gate)
        {
            inner.Replay(ledger);
        }
    }

    public long Commit(IReadOnlyList<PreparedWrite> writes, RowDeletion? deletion)
    {
        BeforeCommit?.Invoke();
        lock (gate)
        {
            if (isDead || IsFailing)
            {
                throw new StorageException(new StorageProblem(StorageProblemKind.InputOutput, "the disk failed"));
            }

            return IsFull
                ? throw new StorageException(new StorageProblem(StorageProblemKind.DiskFull, "the disk is full"))
                : inner.Commit(writes, deletion);
        }
    }

    public void Tidy(bool isIdle)
    {
        lock (gate)
        {
            if (!isDead)
            {
                inner.Tidy(isIdle);
            }
        }
    }

    public void MakeRoom()
    {
        lock (gate)
        {
            if (!isDead)
            {
                inner.MakeRoom();
            }
        }
    }

    public void Abandon() => inner.Abandon();

    public void Dispose()
    {
        if (isDead)
        {
            inner.Abandon();
        }

        inner.Dispose();
    }
}
