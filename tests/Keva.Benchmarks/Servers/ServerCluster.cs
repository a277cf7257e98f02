using System.Diagnostics;
using Keva.LoadGenerator.Jobs;

namespace Keva.Benchmarks.Servers;

/// <summary>Servers that are one store, or one endpoint: what the benchmark starts, loads, kills and removes.</summary>
internal abstract class ServerCluster : IAsyncDisposable
{
    private static readonly TimeSpan ReadyDeadline = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(2);

    private readonly string directory;

    protected ServerCluster(string name, int size, string parentDirectory, LoopbackPorts ports)
    {
        Name = name;
        directory = Path.Combine(parentDirectory, FormattableString.Invariant($"{name}-{Guid.NewGuid():n}"));
        Directory.CreateDirectory(directory);
        Nodes = [.. Enumerable.Range(1, size).Select(number => new ServerNode($"{name}{number}", directory, ports.Next(), ports.Next()))];
    }

    public string Name { get; }

    public abstract DialectName Dialect { get; }

    public IReadOnlyList<ServerNode> Nodes { get; }

    public IEnumerable<int> ProcessIds => Nodes.Select(node => node.ProcessId);

    protected string ClusterDirectory => directory;

    protected HttpClient Client { get; } = new() { Timeout = TimeSpan.FromSeconds(5) };

    public abstract void Start(ServerNode node);

    public async Task StartAllAsync(CancellationToken cancellation)
    {
        foreach (var node in Nodes)
        {
            Start(node);
        }

        await WaitUntilReadyAsync(Nodes, cancellation);
        foreach (var node in Nodes)
        {
            SyncGuard.Verify(node);
        }
    }

    /// <summary>Waits until each of the nodes serves.</summary>
    public async Task WaitUntilReadyAsync(IEnumerable<ServerNode> nodes, CancellationToken cancellation)
    {
        var begin = Stopwatch.GetTimestamp();
        foreach (var node in nodes)
        {
            while (!await TryAsync(() => IsReadyAsync(node, cancellation), cancellation))
            {
                if (!node.IsRunning || Stopwatch.GetElapsedTime(begin) > ReadyDeadline)
                {
                    throw new BenchmarkException($"{node.Name} {(node.IsRunning ? "does not get ready" : "has ended")}; it said:\n{node.LogEnd()}");
                }

                await Task.Delay(RetryAfter, cancellation);
            }
        }
    }

    /// <summary>The node that leads, once all that run agree on it.</summary>
    public async Task<ServerNode> LeaderAsync(CancellationToken cancellation)
    {
        var begin = Stopwatch.GetTimestamp();
        ServerNode? leader = null;
        while (!await TryAsync(async () => (leader = await FindLeaderAsync(cancellation)) is not null, cancellation))
        {
            if (Stopwatch.GetElapsedTime(begin) > ReadyDeadline)
            {
                throw new BenchmarkException($"the nodes of {Name} do not agree on a leader");
            }

            await Task.Delay(RetryAfter, cancellation);
        }

        return leader!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.KillAsync();
            node.Dispose();
        }

        Client.Dispose();
        Directory.Delete(directory, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Whether the node answers a linearizable read.</summary>
    protected abstract Task<bool> IsReadyAsync(ServerNode node, CancellationToken cancellation);

    /// <summary>The node that all that run take for the leader, if they do.</summary>
    protected abstract Task<ServerNode?> FindLeaderAsync(CancellationToken cancellation);

    private static async Task<bool> TryAsync(Func<Task<bool>> attempt, CancellationToken cancellation)
    {
        try
        {
            return await attempt();
        }
        catch (Exception exception) when (exception is HttpRequestException or System.Text.Json.JsonException
            || (exception is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }
}
