using BenchmarkDotNet.Attributes;
using Keva.Raft;
using Keva.Raft.Log;

namespace Keva.Benchmarks.Micro;

/// <summary>Batches of 64 entries to the end of a log in memory.</summary>
public class LogBenchmarks
{
    private const int Batches = 256;

    private EntryBatch[] batches = [];

    [GlobalSetup]
    public void Setup()
    {
        var payload = Samples.SetCommand(1, 1);
        batches = [.. Enumerable.Range(0, Batches).Select(i => new EntryBatch(Samples.Entries((i * Samples.BatchEntries) + 1, payload)))];
    }

    [Benchmark(OperationsPerInvoke = Batches)]
    public long AppendBatchOf64()
    {
        var log = new RaftLog(default, [], default);
        foreach (var batch in batches)
        {
            log.Append(batch);
        }

        return log.RetainedBytes;
    }
}
