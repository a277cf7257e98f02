using BenchmarkDotNet.Attributes;
using Keva.Journal;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Log;

namespace Keva.Benchmarks.Micro;

/// <summary>A batch of 64 entries, from handing it to the journal until it is on the disk.</summary>
public class JournalBenchmarks
{
    // A running node trims behind its checkpoints, too.
    private const int WritesPerTrim = 512;

    private readonly byte[] payload = Samples.SetCommand(1, 1);
    private readonly JournalEvents events = new();
    private string directory = "";
    private SqliteJournal journal = null!;
    private long sequence;
    private long lastIndex;

    [GlobalSetup]
    public void Setup()
    {
        directory = Samples.NewDirectory();
        journal = SqliteJournal.Open(Path.Combine(directory, "journal.db"), events);
        journal.Recover(GroupId.Zero);
        events.Wait();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        journal.Dispose();
        events.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Benchmark]
    public void PersistBatchOf64()
    {
        journal.Enqueue(new JournalWrite(GroupId.Zero, ++sequence, HardState: null, Reset: null, new EntryBatch(Samples.Entries(lastIndex + 1, payload))));
        lastIndex += Samples.BatchEntries;
        events.Wait();
        if (sequence % WritesPerTrim == 0)
        {
            journal.Trim(GroupId.Zero, new EntryId(new LogIndex(lastIndex), Samples.Term), Samples.Configuration);
        }
    }

    /// <summary>Lets the benchmark go on when the journal has answered.</summary>
    private sealed class JournalEvents : IJournalEvents, IDisposable
    {
        private readonly SemaphoreSlim answers = new(0);
        private volatile Exception? failure;

        public void Wait()
        {
            answers.Wait();
            if (failure is { } cause)
            {
                throw new InvalidOperationException("the journal failed", cause);
            }
        }

        public void Recovered(GroupId group, RecoveredLog log) => answers.Release();

        public void Persisted(GroupId group, long sequence) => answers.Release();

        public void Committed(JournalCommit commit)
        {
        }

        public void Stalled(StorageProblem problem)
        {
        }

        public void Resumed()
        {
        }

        public void Failed(StorageProblem problem, Exception cause)
        {
            failure = cause;
            answers.Release();
        }

        public void Dispose() => answers.Dispose();
    }
}
