using System.Diagnostics;

namespace Keva.Tests.Serf.Interop;

/// <summary>Waits for what another process is about to do.</summary>
internal static class Patience
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns how long it took.</summary>
    public static async Task<TimeSpan> UntilAsync(Func<Task<bool>> condition, string what, TimeSpan deadline)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(watch.Elapsed < deadline, $"not within {deadline}: {what}");
            await Task.Delay(Pause);
        }

        return watch.Elapsed;
    }

    public static Task<TimeSpan> UntilAsync(Func<bool> condition, string what, TimeSpan deadline) =>
        UntilAsync(() => Task.FromResult(condition()), what, deadline);
}
