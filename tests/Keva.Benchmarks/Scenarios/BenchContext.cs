using Keva.Benchmarks.Figures;
using Keva.Benchmarks.Generator;
using Keva.Benchmarks.Servers;

namespace Keva.Benchmarks.Scenarios;

/// <summary>What all scenarios of a run share.</summary>
internal sealed class BenchContext(BenchOptions options, GeneratorProcess generator, CancellationToken cancellation)
{
    private readonly LoopbackPorts ports = new();

    public BenchOptions Options { get; } = options;

    public GeneratorProcess Generator { get; } = generator;

    public FigureSet Figures { get; } = new();

    public CancellationToken Cancellation { get; } = cancellation;

    public bool IsWanted(string workload) => Options.IsWanted(workload);

    /// <summary>A cluster of each store that is compared, of which none has ever run.</summary>
    public async Task<ServerCluster[]> StartStoresAsync()
    {
        var stores = new List<ServerCluster>();
        try
        {
            stores.Add(await StartAsync(new KevaCluster(Options.Directory, ports)));
            if (Options.IsAgainstEtcd)
            {
                stores.Add(await StartAsync(new EtcdCluster(Options.Directory, ports)));
            }
        }
        catch
        {
            await StopAsync(stores);
            throw;
        }

        return [.. stores];
    }

    public Task<ServerCluster> StartBareAsync() => StartAsync(new BareKestrel(Options.Directory, ports));

    public static async Task StopAsync(IEnumerable<ServerCluster> clusters)
    {
        foreach (var cluster in clusters)
        {
            await cluster.DisposeAsync();
        }
    }

    /// <summary>Runs something once a round for each system, turn and turn about: A B, B A, A B, and so on.</summary>
    public async Task TakeTurnsAsync<T>(IReadOnlyCollection<T> systems, int rounds, Func<T, int, Task> turn)
    {
        for (var round = 0; round < rounds; round++)
        {
            foreach (var system in round % 2 == 0 ? systems : systems.Reverse())
            {
                Cancellation.ThrowIfCancellationRequested();
                await turn(system, round);
            }
        }
    }

    /// <summary>Progress goes to the standard error, so that the standard output is the report alone.</summary>
    public static void Progress(FormattableString text) => Console.Error.WriteLine(FormattableString.Invariant(text));

    private async Task<ServerCluster> StartAsync(ServerCluster cluster)
    {
        try
        {
            await cluster.StartAllAsync(Cancellation);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }
}
