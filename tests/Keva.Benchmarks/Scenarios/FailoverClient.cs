using System.Diagnostics;
using Keva.Benchmarks.Servers;
using Keva.LoadGenerator.Dialects;
using Keva.LoadGenerator.Http;
using Keva.LoadGenerator.Jobs;

namespace Keva.Benchmarks.Scenarios;

/// <summary>
/// Tries to write through one node, anew every few milliseconds whether or not earlier tries were answered: a node may
/// hold on to a request that went to a leader that is gone, and a client that waited for that one would measure it.
/// </summary>
internal sealed class FailoverClient(DialectName name, ServerNode node) : IDisposable
{
    private static readonly KeySpace Keys = new(valueBytes: 100);

    private readonly IDialect dialect = name == DialectName.Keva ? new KevaDialect(Keys) : new EtcdDialect(Keys);
    private readonly HttpClient client = new(new SocketsHttpHandler { MaxConnectionsPerServer = int.MaxValue });

    /// <summary>When the first write was acknowledged.</summary>
    public async Task<long> FirstAcknowledgementAsync(TimeSpan interval, TimeSpan deadline, CancellationToken cancellation)
    {
        var acknowledged = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        enough.CancelAfter(deadline);
        var tries = new List<Task>();
        using var timer = new PeriodicTimer(interval);
        try
        {
            while (!acknowledged.Task.IsCompleted)
            {
                tries.Add(TryAsync(acknowledged, enough.Token));
                await Task.WhenAny(acknowledged.Task, timer.WaitForNextTickAsync(enough.Token).AsTask());
                enough.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new BenchmarkException($"{node.Name} acknowledged no write within {deadline.TotalSeconds:0} seconds of its leader's end");
        }
        finally
        {
            await enough.CancelAsync();
            await Task.WhenAll(tries);
        }

        return await acknowledged.Task;
    }

    public void Dispose() => client.Dispose();

    private async Task TryAsync(TaskCompletionSource<long> acknowledged, CancellationToken cancellation)
    {
        try
        {
            using var request = dialect.WriteMessage(node.Url);
            using var response = await client.SendAsync(request, cancellation);
            var body = await response.Content.ReadAsByteArrayAsync(cancellation);
            if (dialect.IsAcknowledgement((int)response.StatusCode, body))
            {
                acknowledged.TrySetResult(Stopwatch.GetTimestamp());
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            // The next try follows.
        }
    }
}
