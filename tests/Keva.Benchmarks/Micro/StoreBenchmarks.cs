using BenchmarkDotNet.Attributes;
using Keva.Store;

namespace Keva.Benchmarks.Micro;

/// <summary>A committed set, applied to a store that has all keys already.</summary>
public class StoreBenchmarks
{
    private readonly StateMachine store = new();
    private byte[][] commands = [];
    private long index;

    [Params(1_000, 100_000)]
    public int Keys { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        // In an order that is not that of the keys: a step that has no divisor in common with their number.
        const int step = 7919;
        commands = [.. Enumerable.Range(0, Keys).Select(i => Samples.SetCommand((int)((long)i * step % Keys), Keys))];
        foreach (var command in commands)
        {
            store.Apply(++index, 1, command);
        }
    }

    [Benchmark]
    public long ApplySet()
    {
        index++;
        return store.Apply(index, 1, commands[index % commands.Length]).Revision;
    }
}
