using System.Diagnostics;
using Keva.Linearizability;

namespace Keva.Cluster.Tests.Harness.History;

/// <summary>
/// Clients that read, set and delete few keys all the time, each through any of the nodes, and write down all of it. What
/// fails is not tried again; the client goes to another node.
/// </summary>
internal sealed class RecordedClients : IAsyncDisposable
{
    private const int FinalReader = 0;
    private const int SingleWriter = -1;
    private const int BallastWriter = -2;
    private const int BallastBytes = 256 * 1024;
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(10);
    private static readonly string[] Keys = ["hot/1", "hot/2", "hot/3", "hot/4"];

    private readonly IReadOnlyList<NodeUnderTest> nodes;
    private readonly CancellationTokenSource stop = new();
    private readonly Task clients;
    private long lastValue;

    /// <param name="nodes">Whom the clients ask.</param>
    /// <param name="count">How many clients.</param>
    public RecordedClients(IReadOnlyList<NodeUnderTest> nodes, int count = 12)
    {
        this.nodes = nodes;
        clients = Task.WhenAll(Enumerable.Range(1, count).Select(number => Task.Run(() => RunAsync(number))));
    }

    public HistoryRecorder History { get; } = new();

    /// <summary>Waits until that many more operations are done. If a client has failed, so does this.</summary>
    public async Task WaitForMoreAsync(int count)
    {
        var wanted = History.AnsweredCount + count;
        await Eventually.BecomesTrueAsync(() => History.AnsweredCount >= wanted || clients.IsCompleted, $"{count} more operations are done");
        if (clients.IsCompleted)
        {
            await clients;
        }
    }

    /// <summary>From <paramref name="moment"/> to the end of the first write that began after it and was done.</summary>
    public async Task<TimeSpan> GapAfterAsync(long moment)
    {
        Operation? first = null;
        await Eventually.BecomesTrueAsync(
            () =>
            {
                first = History.ToArray().FirstOrDefault(operation => operation is { IsWrite: true, IsOutcomeKnown: true } && operation.Invoked >= moment);
                return first is not null;
            },
            "a write is acknowledged again");
        return Stopwatch.GetElapsedTime(moment, first!.Completed!.Value);
    }

    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await clients;
    }

    /// <summary>
    /// Reads every key through every node, until all show the same. (A write that nobody waits for any more may still
    /// come between.) The reads belong to the history, too.
    /// </summary>
    public async Task WaitUntilAllShowTheSameAsync()
    {
        using var reader = new RecordedClient(FinalReader, History);
        foreach (var key in Keys)
        {
            await Eventually.BecomesTrueAsync(
                async () =>
                {
                    var reads = new List<Operation?>();
                    foreach (var node in nodes)
                    {
                        reads.Add(await reader.ReadAsync(node, key));
                    }

                    return reads.TrueForAll(read => read is not null && read.Value == reads[0]!.Value && read.ModRevision == reads[0]!.ModRevision);
                },
                $"every node shows the same value of {key}");
        }
    }

    /// <summary>One write through that node is done.</summary>
    public async Task AssertTakesWritesAsync(NodeUnderTest node)
    {
        using var writer = new RecordedClient(SingleWriter, History);
        Assert.NotNull(await writer.SetAsync(node, "single", Interlocked.Increment(ref lastValue)));
    }

    /// <summary>Writes large values to a key of its own until something comes of it.</summary>
    public async Task WriteBallastUntilAsync(Func<Task<bool>> condition, string what)
    {
        using var writer = new RecordedClient(BallastWriter, History);
        var turn = 0;
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await writer.SetAsync(nodes[turn++ % nodes.Count], "ballast", Interlocked.Increment(ref lastValue), BallastBytes);
                return await condition();
            },
            what);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await clients.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task RunAsync(int number)
    {
        using var client = new RecordedClient(number, History);
        var random = new Random(number);
        var node = nodes[number % nodes.Count];
        while (!stop.IsCancellationRequested)
        {
            if (await AskAsync(client, random, node) is null && !stop.IsCancellationRequested)
            {
                await Task.Delay(PauseAfterFailure);
                node = nodes[random.Next(nodes.Count)];
            }
            else if (random.Next(50) == 0)
            {
                node = nodes[random.Next(nodes.Count)];
            }
        }
    }

    private Task<Operation?> AskAsync(RecordedClient client, Random random, NodeUnderTest node)
    {
        var key = Keys[random.Next(Keys.Length)];
        return random.Next(20) switch
        {
            < 6 => client.ReadAsync(node, key, byLease: false, stop.Token),
            < 10 => client.ReadAsync(node, key, byLease: true, stop.Token),
            < 17 => client.SetAsync(node, key, Interlocked.Increment(ref lastValue), cancellation: stop.Token),
            _ => client.DeleteAsync(node, key, stop.Token),
        };
    }
}
