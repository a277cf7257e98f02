using System.Diagnostics;

namespace Keva.Cluster.Tests.Harness;

/// <summary>Waits for something to come true by asking again and again, and gives up at a deadline.</summary>
internal static class Eventually
{
    /// <summary>Long, because the machine may be busy with other things; nothing that works comes near it.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait before a program is run again: each run keeps a processor busy for some tenths of a second.</summary>
    public static readonly TimeSpan BetweenPrograms = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    public static Task BecomesTrueAsync(Func<bool> condition, string what, TimeSpan? deadline = null) =>
        BecomesTrueAsync(() => Task.FromResult(condition()), what, deadline);

    public static Task BecomesTrueAsync(Func<Task<bool>> condition, string what, TimeSpan? deadline = null, TimeSpan? pause = null) =>
        ResultOfAsync(async () => await condition() ? what : null, what, deadline, pause);

    /// <summary>The first result that is not null. Requests that fail meanwhile count as "not yet".</summary>
    public static async Task<T> ResultOfAsync<T>(Func<Task<T?>> attempt, string what, TimeSpan? deadline = null, TimeSpan? pause = null)
        where T : class
    {
        var limit = deadline ?? Deadline;
        var waited = Stopwatch.StartNew();
        Exception? lastFailure = null;
        while (waited.Elapsed < limit)
        {
            try
            {
                if (await attempt() is { } result)
                {
                    return result;
                }

                lastFailure = null;
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException)
            {
                lastFailure = exception;
            }

            await Task.Delay(pause ?? PollInterval);
        }

        throw new TimeoutException($"not within {limit.TotalSeconds} s: {what}", lastFailure);
    }
}
