using System.Diagnostics;
using Keva.Benchmarks.Figures;
using Keva.Benchmarks.Servers;

namespace Keva.Benchmarks.Scenarios;

/// <summary>How long nobody can write after the leader was killed.</summary>
internal sealed class FailoverScenario : IScenario
{
    public const string Failover = "failover";

    private const string Title = "kill -9 of the leader, to the next write that another node acknowledges";

    // Fewer tell nothing about a time that is mostly chance.
    private const int MinimumRounds = 10;

    // With fewer than so many rounds for the other workloads, somebody only wants to see it run.
    private const int RoundsOfWholeRun = 5;

    private static readonly TimeSpan TryEvery = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public IReadOnlyList<(string Name, string Title)> Workloads => [(Failover, Title)];

    public async Task RunAsync(BenchContext context)
    {
        context.Figures.Describe(Failover, Title);
        var stores = await context.StartStoresAsync();
        try
        {
            var rounds = context.Options.Rounds >= RoundsOfWholeRun ? Math.Max(MinimumRounds, context.Options.Rounds) : context.Options.Rounds;
            var load = new LoadMeasurement(context);
            await context.TakeTurnsAsync(stores, rounds, async (store, round) =>
            {
                await load.WaitUntilQuietAsync(stores);
                var milliseconds = await FailOverAsync(store, context.Cancellation);
                context.Figures.Add(Failover, store.Name, Metric.Failover, milliseconds);
                BenchContext.Progress($"failover round {round + 1} {store.Name}: {milliseconds:0} ms");
            });
        }
        finally
        {
            await BenchContext.StopAsync(stores);
        }
    }

    private static async Task<double> FailOverAsync(ServerCluster store, CancellationToken cancellation)
    {
        var leader = await store.LeaderAsync(cancellation);
        var survivor = store.Nodes.First(node => node != leader);
        using var client = new FailoverClient(store.Dialect, survivor);
        await client.FirstAcknowledgementAsync(TryEvery, Deadline, cancellation);

        var killedAt = Stopwatch.GetTimestamp();
        await leader.KillAsync();
        var acknowledgedAt = await client.FirstAcknowledgementAsync(TryEvery, Deadline, cancellation);
        var gap = Stopwatch.GetElapsedTime(killedAt, acknowledgedAt).TotalMilliseconds;

        store.Start(leader);
        await store.WaitUntilReadyAsync([leader], cancellation);
        return gap;
    }
}
