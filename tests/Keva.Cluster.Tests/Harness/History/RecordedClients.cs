using System.Diagnostics;
using Keva.Linearizability;

namespace Keva.Cluster.Tests.Harness.History;

/// <summary>
/// Clients of few keys that write down all that they do. Some read, set and delete through any of the nodes; what fails
/// is not tried again, the client goes to another node. And each node has two that only read, one of them by lease, and
/// stay with it whatever happens: they are there when a node believes for a moment too long that it leads.
/// </summary>
internal sealed class RecordedClients : IAsyncDisposable
{
    private const int FinalReader = 0;
    private const int SingleWriter = -1;
    private const int BallastWriter = -2;
    private const int BallastBytes = 256 * 1024;
    private const int Writers = 8;
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(10);

    // Clients must not take the processors from those that they watch.
    private static readonly TimeSpan PauseOfReader = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan PauseOfWriter = TimeSpan.FromMilliseconds(2);
    private static readonly string[] Keys = ["hot/1", "hot/2", "hot/3", "hot/4"];

    private readonly CancellationTokenSource stop = new();
    private readonly Task clients;
    private volatile IReadOnlyList<NodeUnderTest> nodes;
    private long lastValue;
    private int mostFailuresInARow;

    /// <param name="nodes">Whom the clients ask.</param>
    public RecordedClients(IReadOnlyList<NodeUnderTest> nodes)
    {
        this.nodes = nodes;
        var number = 0;
        clients = Task.WhenAll(
        [
            .. Enumerable.Range(0, Writers).Select(_ => RunAsync(++number, WriteAndReadAsync)),
            .. nodes.Select(node => RunAsync(++number, (client, random) => ReadAsync(client, random, node, byLease: false))),
            .. nodes.Select(node => RunAsync(++number, (client, random) => ReadAsync(client, random, node, byLease: true))),
        ]);
    }

    public HistoryRecorder History { get; } = new();

    /// <summary>How many requests of one client, each to another node, failed at most until one was answered.</summary>
    public int MostFailuresInARow => mostFailuresInARow;

    /// <summary>From now on those that write ask these; those that only read stay where they are.</summary>
    public void Use(IReadOnlyList<NodeUnderTest> others) => nodes = others;

    /// <summary>Waits until that many more writes are done. If a client has failed, so does this.</summary>
    public async Task WaitForMoreAsync(int writes)
    {
        var wanted = History.WritesDone + writes;
        await Eventually.BecomesTrueAsync(() => History.WritesDone >= wanted || clients.IsCompleted, $"{writes} more writes are done");
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

    /// <summary>The longest time from <paramref name="moment"/> on in which no write was acknowledged.</summary>
    public TimeSpan LongestGapSince(long moment)
    {
        var times = History.ToArray()
            .Where(operation => operation is { IsWrite: true, IsOutcomeKnown: true } && operation.Completed >= moment)
            .Select(operation => operation.Completed!.Value)
            .Prepend(moment)
            .Order()
            .ToArray();
        return times.Zip(times.Skip(1), (earlier, later) => Stopwatch.GetElapsedTime(earlier, later)).DefaultIfEmpty().Max();
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
        var asked = nodes;
        using var reader = new RecordedClient(FinalReader, History);
        foreach (var key in Keys)
        {
            await Eventually.BecomesTrueAsync(
                async () =>
                {
                    var reads = new List<Operation?>();
                    foreach (var node in asked)
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
                var now = nodes;
                await writer.SetAsync(now[turn++ % now.Count], "ballast", Interlocked.Increment(ref lastValue), BallastBytes);
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

    private Task RunAsync(int number, Func<RecordedClient, Random, Task> work) =>
        Task.Run(async () =>
        {
            using var client = new RecordedClient(number, History);
            await work(client, new Random(number));
        });

    private async Task WriteAndReadAsync(RecordedClient client, Random random)
    {
        var node = AnyBut(null, random);
        var failures = 0;
        while (!stop.IsCancellationRequested)
        {
            if (await AskAsync(client, random, node) is null && !stop.IsCancellationRequested)
            {
                mostFailuresInARow = Math.Max(mostFailuresInARow, ++failures);
                await Task.Delay(PauseAfterFailure);
                node = AnyBut(node, random);
            }
            else
            {
                failures = 0;
                await Task.Delay(PauseOfWriter);
                node = random.Next(50) == 0 ? AnyBut(node, random) : node;
            }
        }
    }

    private NodeUnderTest AnyBut(NodeUnderTest? node, Random random)
    {
        var others = nodes.Where(other => other != node).ToArray();
        return others.Length > 0 ? others[random.Next(others.Length)] : nodes[0];
    }

    private async Task ReadAsync(RecordedClient client, Random random, NodeUnderTest node, bool byLease)
    {
        while (!stop.IsCancellationRequested)
        {
            await client.ReadAsync(node, Keys[random.Next(Keys.Length)], byLease, stop.Token);
            await Task.Delay(PauseOfReader);
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
