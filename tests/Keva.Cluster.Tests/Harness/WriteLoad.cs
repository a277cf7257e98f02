using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;

namespace Keva.Cluster.Tests.Harness;

/// <summary>A write that a node acknowledged; the times are those of <see cref="Stopwatch.GetTimestamp"/>.</summary>
internal sealed record AcknowledgedWrite(string Key, string Value, long Revision, long Started, long Finished);

/// <summary>
/// Clients that write all the time, each key once, over all nodes. What fails is tried again at the next node until it
/// is acknowledged, and what is acknowledged is remembered.
/// </summary>
internal sealed class WriteLoad : IAsyncDisposable
{
    private const int Readers = 16;
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(10);

    // Writers must not take the processors from those that they watch.
    private static readonly TimeSpan PauseAfterWrite = TimeSpan.FromMilliseconds(2);

    private readonly IReadOnlyList<NodeUnderTest> nodes;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<AcknowledgedWrite> acknowledged = new();
    private readonly Task writers;
    private int failures;

    /// <param name="name">Keeps the keys of this load apart from others'.</param>
    public WriteLoad(string name, IReadOnlyList<NodeUnderTest> nodes, int writers = 8)
    {
        this.nodes = nodes;
        this.writers = Task.WhenAll(Enumerable.Range(0, writers).Select(number => Task.Run(() => WriteAsync($"{name}/{number}", number))));
    }

    public IReadOnlyCollection<AcknowledgedWrite> Acknowledged => acknowledged;

    /// <summary>How many attempts were not acknowledged.</summary>
    public int Failures => failures;

    /// <summary>Waits until that many more writes are acknowledged.</summary>
    public Task WaitForMoreAsync(int count)
    {
        var wanted = acknowledged.Count + count;
        return Eventually.BecomesTrueAsync(() => acknowledged.Count >= wanted, $"{count} more writes are acknowledged");
    }

    /// <summary>The longest time in which nothing was acknowledged, from <paramref name="moment"/> on.</summary>
    public TimeSpan LongestGapSince(long moment)
    {
        var times = acknowledged.Select(write => write.Finished).Where(time => time >= moment).Prepend(moment).Order().ToArray();
        return times.Zip(times.Skip(1), (earlier, later) => Stopwatch.GetElapsedTime(earlier, later)).Max();
    }

    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await writers;
    }

    /// <summary>Every acknowledged write can be read from the node, as it was written.</summary>
    public async Task AssertAllThereAsync(NodeUnderTest node)
    {
        var missing = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(
            acknowledged.Chunk(Math.Max(1, acknowledged.Count / Readers)),
            new ParallelOptions { MaxDegreeOfParallelism = Readers },
            async (writes, cancellation) =>
            {
                using var connection = await BareHttpConnection.OpenAsync(node.UserPort, cancellation);
                foreach (var write in writes)
                {
                    await connection.SendAsync(BareHttpConnection.GetRequest(write.Key), cancellation);
                    var status = await connection.ReadAnswerAsync(cancellation);
                    if (status != 200 || Encoding.UTF8.GetString(connection.Body.Span) != write.Value)
                    {
                        missing.Add($"{write.Key} (revision {write.Revision}): {status} {Encoding.UTF8.GetString(connection.Body.Span)}");
                    }
                }
            });
        Assert.True(missing.IsEmpty, $"{missing.Count} of {acknowledged.Count} acknowledged writes are not on {node.Name}, such as {missing.FirstOrDefault()}");
    }

    /// <summary>A write that began after another was acknowledged has a higher revision, and no two have the same.</summary>
    public void AssertRevisionsFollowTime()
    {
        var byStart = acknowledged.OrderBy(write => write.Started).ToArray();
        var byFinish = acknowledged.OrderBy(write => write.Finished).ToArray();
        Assert.Equal(byStart.Length, byStart.DistinctBy(write => write.Revision).Count());
        var finished = 0;
        var highest = 0L;
        foreach (var write in byStart)
        {
            for (; byFinish[finished].Finished < write.Started; finished++)
            {
                highest = Math.Max(highest, byFinish[finished].Revision);
            }

            Assert.True(write.Revision > highest, $"{write.Key} has revision {write.Revision}, but {highest} was acknowledged before it began");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
    }

    private async Task WriteAsync(string name, int firstNode)
    {
        var number = 0;
        var node = firstNode;
        while (!stop.IsCancellationRequested)
        {
            var (key, value) = ($"{name}/{number}", $"value {number} of {name}");
            if (await TryWriteAsync(nodes[node % nodes.Count], key, value))
            {
                number++;
                await Task.Delay(PauseAfterWrite);
            }
            else if (!stop.IsCancellationRequested)
            {
                Interlocked.Increment(ref failures);
                node++;
                await Task.Delay(PauseAfterFailure);
            }
        }
    }

    private async Task<bool> TryWriteAsync(NodeUnderTest node, string key, string value)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var answer = await node.Client.SendAsync(HttpMethod.Put, KevaClient.PathOf(key), Encoding.UTF8.GetBytes(value), cancellation: stop.Token);
            if (answer.Status == HttpStatusCode.OK)
            {
                acknowledged.Enqueue(new AcknowledgedWrite(key, value, answer.Revision, started, Stopwatch.GetTimestamp()));
                return true;
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            // The node is gone or stands still: the next one.
        }

        return false;
    }
}
