using Keva.Benchmarks.Figures;
using Keva.Benchmarks.Generator;
using Keva.Benchmarks.Servers;
using Keva.LoadGenerator.Http;
using Keva.LoadGenerator.Jobs;
using Keva.LoadGenerator.Measuring;

namespace Keva.Benchmarks.Scenarios;

/// <summary>Fills stores with keys, and puts one load on one cluster at a time.</summary>
internal sealed class LoadMeasurement(BenchContext context)
{
    private const int FillConnections = 64;
    private const double QuietShareOfCore = 0.05;

    private static readonly TimeSpan QuietProbe = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan QuietDeadline = TimeSpan.FromSeconds(10);

    // Prefixes of keys that a cluster already has: the keys of a size of value, up to a number.
    private readonly Dictionary<(ServerCluster Cluster, int ValueBytes), int> filled = [];

    /// <summary>Measures a workload on all clusters, turn and turn about.</summary>
    public async Task RunAsync(Workload workload, IReadOnlyCollection<ServerCluster> clusters)
    {
        context.Figures.Describe(workload.Name, workload.Title);
        foreach (var cluster in clusters.Where(cluster => cluster is not BareKestrel))
        {
            await FillAsync(cluster, workload.Keys, workload.ValueBytes);
        }

        await context.TakeTurnsAsync(clusters, context.Options.Rounds, (cluster, round) => MeasureAsync(workload, cluster, clusters, round));
    }

    /// <summary>Writes every key once, if the cluster has not got it yet.</summary>
    public async Task FillAsync(ServerCluster cluster, int keys, int valueBytes)
    {
        if (filled.GetValueOrDefault((cluster, valueBytes)) >= keys)
        {
            return;
        }

        var leader = await cluster.LeaderAsync(context.Cancellation);
        var result = await context.Generator.RunAsync(
            new LoadJob
            {
                Dialect = cluster.Dialect,
                Kind = LoadKind.Fill,
                Ports = [leader.Port],
                Connections = FillConnections,
                Threads = GeneratorProcess.ThreadsFor(FillConnections),
                Keys = keys,
                ValueBytes = valueBytes,
            },
            context.Cancellation);
        if (result.Errors > 0)
        {
            throw new BenchmarkException($"{cluster.Name} could not be filled with {keys} keys: {result.FirstError}\n{leader.LogEnd()}");
        }

        filled[(cluster, valueBytes)] = keys;
        if (result.Seconds > 2)
        {
            BenchContext.Progress($"{cluster.Name} was filled with {keys:#,0} keys in {result.Seconds:0} s");
        }
    }

    /// <summary>Waits until no server is busy any more with what came before, such as writing a checkpoint.</summary>
    public async Task WaitUntilQuietAsync(IReadOnlyCollection<ServerCluster> clusters)
    {
        var ids = clusters.SelectMany(cluster => cluster.ProcessIds).ToArray();
        var waited = TimeSpan.Zero;
        var before = ProcessUsage.OfAll(ids).ProcessorSeconds;
        while (waited < QuietDeadline)
        {
            await Task.Delay(QuietProbe, context.Cancellation);
            waited += QuietProbe;
            var now = ProcessUsage.OfAll(ids).ProcessorSeconds;
            if ((now - before) / QuietProbe.TotalSeconds <= QuietShareOfCore * ids.Length)
            {
                return;
            }

            before = now;
        }
    }

    private async Task MeasureAsync(Workload workload, ServerCluster cluster, IReadOnlyCollection<ServerCluster> all, int round)
    {
        await WaitUntilQuietAsync(all);
        var leader = await cluster.LeaderAsync(context.Cancellation);
        var result = await context.Generator.RunAsync(
            new LoadJob
            {
                Dialect = cluster.Dialect,
                Ports = workload.PortsOf(cluster, leader),
                Connections = workload.Connections,
                Threads = GeneratorProcess.ThreadsFor(workload.Connections),
                WarmUpSeconds = context.Options.WarmUpSeconds,
                Seconds = context.Options.Seconds,
                WriteShare = workload.WriteShare,
                Keys = workload.Keys,
                ValueBytes = workload.ValueBytes,
                Seed = round + 1,
                ServerProcesses = [.. cluster.ProcessIds],
                DiskCounters = DiskUsage.CountersOf(context.Options.Directory),
            },
            context.Cancellation);
        Record(workload, cluster.Name, result);
        BenchContext.Progress(
            $"{workload.Name} round {round + 1} {cluster.Name}: {result.Requests / result.Seconds:#,0}/s, p50 {result.P50 / 1000:0.000} ms, p99 {result.P99 / 1000:0.000} ms, {result.Errors} errors {result.FirstError}");
    }

    private void Record(Workload workload, string system, LoadResult result)
    {
        Add(Metric.Throughput, result.Requests / result.Seconds);
        Add(Metric.Errors, result.Errors);
        if (result.Requests == 0)
        {
            throw new BenchmarkException($"{system} answered no request of {workload.Name}: {result.FirstError}");
        }

        Add(Metric.P50, result.P50 / 1000);
        Add(Metric.P99, result.P99 / 1000);
        Add(Metric.P999, result.P999 / 1000);
        Add(Metric.Maximum, result.Maximum / 1000);
        Add(Metric.ProcessorCost, result.ServerProcessorSeconds / result.Requests * 10_000);
        if (result.Writes > 0 && system != BareKestrel.SystemName)
        {
            var storedBytes = (double)result.Writes * (KeySpace.KeyBytes + workload.ValueBytes);
            Add(Metric.DirtiedPerByte, result.ServerDirtiedBytes / storedBytes);
            if (result.DiskWrittenBytes is { } bytes)
            {
                Add(Metric.WrittenPerByte, bytes / storedBytes);
            }
        }

        void Add(Metric metric, double value) => context.Figures.Add(workload.Name, system, metric, value);
    }
}
