using BenchmarkDotNet.Attributes;
using Keva.Journal;
using Keva.Journal.Checkpoints;
using Keva.Node.State;
using Keva.Store;

namespace Keva.Benchmarks.Micro;

/// <summary>A thousand sets on a store of a hundred thousand keys, and the checkpoint pass that writes them.</summary>
public class CheckpointBenchmarks
{
    private const int Keys = 100_000;
    private const int ChangesPerPass = 1000;

    // Spreads the changes of a pass over all keys; prime, so that every key has its turn.
    private const int Step = 7919;

    private readonly StateMachine store = new();
    private byte[][] commands = [];
    private string directory = "";
    private SqliteCheckpointStore checkpoint = null!;
    private long index;

    [GlobalSetup]
    public void Setup()
    {
        directory = Samples.NewDirectory();
        checkpoint = SqliteCheckpointStore.Open(Path.Combine(directory, "checkpoint.db"));
        commands = [.. Enumerable.Range(0, Keys).Select(i => Samples.SetCommand((int)((long)i * Step % Keys), Keys))];
        Apply(Keys);
        WriteDelta();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        checkpoint.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Benchmark]
    public void PassOfThousandChanges()
    {
        Apply(ChangesPerPass);
        WriteDelta();
    }

    private void Apply(int count)
    {
        for (var i = 0; i < count; i++)
        {
            index++;
            store.Apply(index, 1, commands[index % Keys]);
        }
    }

    private void WriteDelta()
    {
        var delta = store.TakeDelta();
        var changes = new CheckpointChange[delta.Count];
        var count = 0;
        foreach (var change in delta)
        {
            changes[count++] = new CheckpointChange(change.Key, change.IsDelete ? null : CheckpointRecords.From(change.Record));
        }

        var written = new TaskCompletionSource<StorageProblem?>(TaskCreationOptions.RunContinuationsAsynchronously);
        checkpoint.Write(changes, CheckpointRecords.Describe(delta.Metadata, Samples.Configuration), written.SetResult);
        if (written.Task.GetAwaiter().GetResult() is { } problem)
        {
            throw new InvalidOperationException($"the checkpoint failed: {problem.Message}");
        }
    }
}
