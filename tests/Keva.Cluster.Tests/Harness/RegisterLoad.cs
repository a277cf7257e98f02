using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;

namespace Keva.Cluster.Tests.Harness;

/// <summary>
/// A few keys, each with one writer that counts it up and readers on all nodes, every other one by lease. A read must not show less than what was
/// acknowledged, or was read, before it began. When the outcome of a write is not known, its writer goes on with a new
/// key: the old write might take effect at any time later, and a smaller number would be right then.
/// </summary>
internal sealed class RegisterLoad : IAsyncDisposable
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(10);

    // A client that waits for a node that stands still does nothing that could go wrong.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly IReadOnlyList<NodeUnderTest> nodes;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentBag<string> staleReads = [];
    private readonly ConcurrentBag<long> writeTimes = [];
    private readonly Register[] registers;
    private readonly Task clients;
    private int reads;
    private int unknown;

    public RegisterLoad(IReadOnlyList<NodeUnderTest> nodes, int registers, int readersOfEach)
    {
        this.nodes = nodes;
        this.registers = Enumerable.Range(0, registers).Select(number => new Register($"register {number}, life 0")).ToArray();
        clients = Task.WhenAll(Enumerable.Range(0, registers).SelectMany(number => Enumerable.Range(0, readersOfEach)
            .Select(reader => Task.Run(() => ReadAsync(number, nodes[(number + reader) % nodes.Count], reader % 2 == 0 ? "" : "?consistency=lease")))
            .Append(Task.Run(() => WriteAsync(number)))));
    }

    public Task WaitForMoreAsync(int writes, int reads)
    {
        var (writesWanted, readsWanted) = (writeTimes.Count + writes, this.reads + reads);
        return Eventually.BecomesTrueAsync(() => writeTimes.Count >= writesWanted && this.reads >= readsWanted, "more writes and reads are done");
    }

    public int WritesSince(long moment) => writeTimes.Count(time => time >= moment);

    public void AssertNoStaleRead() => Assert.True(staleReads.IsEmpty, string.Join('\n', staleReads.Take(10)));

    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await clients;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
    }

    public override string ToString() => $"{writeTimes.Count} writes and {reads} reads, {unknown} writes of unknown outcome";

    private async Task WriteAsync(int number)
    {
        var life = 0;
        var value = 0L;
        for (var attempt = number; !stop.IsCancellationRequested; attempt++)
        {
            var register = registers[number];
            var answer = await TryAsync(token => nodes[attempt % nodes.Count].Client.SendAsync(
                HttpMethod.Put, KevaClient.PathOf(register.Key), Encoding.ASCII.GetBytes((value + 1).ToString(CultureInfo.InvariantCulture)), cancellation: token));
            if (answer is { Status: HttpStatusCode.OK })
            {
                register.Raise(++value);
                writeTimes.Add(Stopwatch.GetTimestamp());
            }
            else if (answer?.Code is not ("no_leader" or "busy" or "stopping" or "joining"))
            {
                Interlocked.Increment(ref unknown);
                registers[number] = new Register($"register {number}, life {++life}");
                value = 0;
            }
        }
    }

    private async Task ReadAsync(int number, NodeUnderTest node, string query)
    {
        while (!stop.IsCancellationRequested)
        {
            var register = registers[number];
            var atLeast = register.Floor;
            var answer = await TryAsync(token => node.Client.SendAsync(HttpMethod.Get, KevaClient.PathOf(register.Key) + query, cancellation: token));
            if (answer is not { Status: HttpStatusCode.OK or HttpStatusCode.NoContent })
            {
                continue;
            }

            var value = answer.Status == HttpStatusCode.NoContent ? 0 : long.Parse(answer.Text, CultureInfo.InvariantCulture);
            Interlocked.Increment(ref reads);
            register.Raise(value);
            if (value < atLeast)
            {
                staleReads.Add($"{node.Name} read {value} from {register.Key}{query} when {atLeast} had been acknowledged or read");
            }
        }
    }

    /// <summary>The answer, or null if there was none.</summary>
    private async Task<Answer?> TryAsync(Func<CancellationToken, Task<Answer>> request)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        limit.CancelAfter(Patience);
        try
        {
            return await request(limit.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            if (!stop.IsCancellationRequested)
            {
                await Task.Delay(PauseAfterFailure);
            }

            return null;
        }
    }

    private sealed class Register(string key)
    {
        private long floor;

        public string Key { get; } = key;

        /// <summary>What a read that begins now must show at least.</summary>
        public long Floor => Interlocked.Read(ref floor);

        public void Raise(long value)
        {
            long seen;
            while ((seen = Interlocked.Read(ref floor)) < value && Interlocked.CompareExchange(ref floor, value, seen) != seen)
            {
            }
        }
    }
}
