using Keva.Benchmarks.Servers;

namespace Keva.Benchmarks.Scenarios;

/// <summary>Reads and writes on a thousand keys, from one connection to many, and values from small to large.</summary>
internal sealed class LoadScenario : IScenario
{
    private static readonly int[] ConnectionCounts = [1, 16, 64, 256];

    private readonly Workload[] workloads =
    [
        .. ConnectionCounts.Select(count => new Workload(Named("write", count), 1, Target.Leader, count) { IsForBareServer = true }),
        new Workload("write-follower-64", 1, Target.Follower, 64),
        .. ConnectionCounts.Select(count => new Workload(Named("read-leader", count), 0, Target.Leader, count) { IsForBareServer = true }),
        .. ConnectionCounts.Select(count => new Workload(Named("read-follower", count), 0, Target.Follower, count)),
        new Workload("mixed-64", 0.1, Target.AllNodes, 64),
        new Workload("write-64-1KiB", 1, Target.Leader, 64) { ValueBytes = 1024 },
        new Workload("read-64-1KiB", 0, Target.Leader, 64) { ValueBytes = 1024 },
        new Workload("write-64-64KiB", 1, Target.Leader, 64) { ValueBytes = 65_536 },
        new Workload("read-64-64KiB", 0, Target.Leader, 64) { ValueBytes = 65_536 },
    ];

    public IReadOnlyList<(string Name, string Title)> Workloads => [.. workloads.Select(workload => (workload.Name, workload.Title))];

    public async Task RunAsync(BenchContext context)
    {
        var stores = await context.StartStoresAsync();
        try
        {
            await using var bare = await context.StartBareAsync();
            var load = new LoadMeasurement(context);
            foreach (var workload in workloads.Where(workload => context.IsWanted(workload.Name)))
            {
                await load.RunAsync(workload, workload.IsForBareServer ? [.. stores, bare] : stores);
            }
        }
        finally
        {
            await BenchContext.StopAsync(stores);
        }
    }

    private static string Named(string what, int connections) => FormattableString.Invariant($"{what}-{connections}");
}
