using System.Diagnostics;
using Keva.Benchmarks.Figures;
using Keva.Benchmarks.Servers;
using Keva.LoadGenerator.Measuring;

namespace Keva.Benchmarks.Scenarios;

/// <summary>
/// The same load on a thousand keys and on ever more of them, up to a million; then the memory that the million takes,
/// and how long a restart with it is.
/// </summary>
internal sealed class GrowthScenario : IScenario
{
    public const string Memory = "memory-1000000";
    public const string MemoryAfterRestart = "memory-restarted-1000000";
    public const string RestartOne = "restart-1000000";
    public const string RestartAll = "restart-all-1000000";

    private const int Million = 1_000_000;
    private const int ValueBytes = 100;

    private static readonly (string Name, string Title)[] MillionWorkloads =
    [
        (Memory, "memory of the largest node with a million keys of 100 bytes, after they were written"),
        (RestartOne, "kill -9 of a follower with a million keys, from its start to its first linearizable read"),
        (RestartAll, "kill -9 of all nodes with a million keys, from their start until each served a linearizable read"),
        (MemoryAfterRestart, "memory of the largest node with a million keys of 100 bytes, after restarts"),
    ];

    private readonly Workload[] workloads =
    [
        .. new[] { 1_000, 10_000, 100_000, Million }.SelectMany(keys => new[]
        {
            new Workload(FormattableString.Invariant($"growth-write-{keys}"), 1, Target.Leader, 64) { Keys = keys },
            new Workload(FormattableString.Invariant($"growth-read-{keys}"), 0, Target.Leader, 64) { Keys = keys },
        }),
    ];

    public IReadOnlyList<(string Name, string Title)> Workloads =>
        [.. workloads.Select(workload => (workload.Name, workload.Title)), .. MillionWorkloads];

    public async Task RunAsync(BenchContext context)
    {
        foreach (var (name, title) in MillionWorkloads)
        {
            context.Figures.Describe(name, title);
        }

        var stores = await context.StartStoresAsync();
        try
        {
            var load = new LoadMeasurement(context);
            foreach (var workload in workloads.Where(workload => context.IsWanted(workload.Name)))
            {
                await load.RunAsync(workload, stores);
            }

            if (MillionWorkloads.Any(workload => context.IsWanted(workload.Name)))
            {
                await RunMillionAsync(context, load, stores);
            }
        }
        finally
        {
            await BenchContext.StopAsync(stores);
        }
    }

    private static async Task RunMillionAsync(BenchContext context, LoadMeasurement load, ServerCluster[] stores)
    {
        foreach (var store in stores)
        {
            await load.FillAsync(store, Million, ValueBytes);
            await load.WaitUntilQuietAsync([store]);
            RecordMemory(context, store, Memory);
        }

        if (context.IsWanted(RestartOne))
        {
            await context.TakeTurnsAsync(stores, context.Options.Rounds, async (store, _) =>
            {
                var leader = await store.LeaderAsync(context.Cancellation);
                await RestartAsync(context, store, RestartOne, [store.Nodes.First(node => node != leader)]);
                await load.WaitUntilQuietAsync(stores);
            });
        }

        if (context.IsWanted(RestartAll) || context.IsWanted(MemoryAfterRestart))
        {
            await context.TakeTurnsAsync(stores, context.Options.Rounds, async (store, _) =>
            {
                await RestartAsync(context, store, RestartAll, store.Nodes);
                await load.WaitUntilQuietAsync(stores);
                RecordMemory(context, store, MemoryAfterRestart);
            });
        }
    }

    private static async Task RestartAsync(BenchContext context, ServerCluster store, string workload, IReadOnlyCollection<ServerNode> nodes)
    {
        await Task.WhenAll(nodes.Select(node => node.KillAsync()));
        var begin = Stopwatch.GetTimestamp();
        foreach (var node in nodes)
        {
            store.Start(node);
        }

        await store.WaitUntilReadyAsync(nodes, context.Cancellation);
        var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        context.Figures.Add(workload, store.Name, Metric.Restart, seconds);
        BenchContext.Progress($"{workload} {store.Name}: {seconds:0.00} s");
    }

    private static void RecordMemory(BenchContext context, ServerCluster store, string workload)
    {
        if (context.IsWanted(workload))
        {
            var megabytes = store.ProcessIds.Max(id => ProcessUsage.Of(id).ResidentBytes) / 1e6;
            context.Figures.Add(workload, store.Name, Metric.Memory, megabytes);
            BenchContext.Progress($"{workload} {store.Name}: {megabytes:0} MB");
        }
    }
}
