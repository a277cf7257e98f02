using System.Diagnostics;
using Keva.Benchmarks.Figures;
using Keva.Benchmarks.Servers;
using Keva.LoadGenerator.Measuring;

namespace Keva.Benchmarks.Scenarios;

/// <summary>What a fresh cluster takes while nobody asks it for anything.</summary>
internal sealed class IdleScenario : IScenario
{
    public const string Idle = "idle";

    private const string Title = "the busiest and the largest node of a fresh cluster that nobody asks for anything";

    // The kernel counts hundredths of a second: one of them in this time is 0.1% of a core.
    private const double MinimumSeconds = 10;

    // Until a node has compiled what it does again and again: what it does once in a second counts as such after half a minute.
    private static readonly TimeSpan SettlingTime = TimeSpan.FromSeconds(60);

    public IReadOnlyList<(string Name, string Title)> Workloads => [(Idle, Title)];

    public async Task RunAsync(BenchContext context)
    {
        context.Figures.Describe(Idle, Title);
        var stores = await context.StartStoresAsync();
        try
        {
            await Task.Delay(SettlingTime, context.Cancellation);
            for (var round = 0; round < context.Options.Rounds; round++)
            {
                // Nobody has to wait for a turn: they idle side by side.
                await MeasureAsync(context, stores);
            }
        }
        finally
        {
            await BenchContext.StopAsync(stores);
        }
    }

    private static async Task MeasureAsync(BenchContext context, ServerCluster[] stores)
    {
        var nodes = stores.SelectMany(store => store.Nodes.Select(node => (store.Name, node.ProcessId))).ToArray();
        var begin = Stopwatch.GetTimestamp();
        var before = nodes.Select(node => ProcessUsage.Of(node.ProcessId)).ToArray();
        await Task.Delay(TimeSpan.FromSeconds(Math.Max(MinimumSeconds, context.Options.Seconds)), context.Cancellation);
        var after = nodes.Select(node => ProcessUsage.Of(node.ProcessId)).ToArray();
        var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        foreach (var system in nodes.Select((node, i) => (node.Name, Used: after[i] - before[i], Now: after[i])).GroupBy(node => node.Name, StringComparer.Ordinal))
        {
            var memory = system.Max(node => node.Now.ResidentBytes) / 1e6;
            var processor = system.Max(node => node.Used.ProcessorSeconds) / seconds * 100;
            context.Figures.Add(Idle, system.Key, Metric.Memory, memory);
            context.Figures.Add(Idle, system.Key, Metric.Processor, processor);
            BenchContext.Progress($"idle {system.Key}: {memory:0.0} MB, {processor:0.00}% of a core");
        }
    }
}
