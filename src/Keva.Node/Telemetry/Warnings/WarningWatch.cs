using Microsoft.Extensions.Logging;

namespace Keva.Node.Telemetry.Warnings;

/// <summary>Looks at the node once a second and puts what it finds on the board. This is all that wakes for it.</summary>
/// <param name="look">Takes the vital signs; must not wait for anything.</param>
/// <param name="rules">The kinds of trouble to look for.</param>
/// <param name="board">Where they are shown.</param>
/// <param name="logger">Told if it cannot look any more.</param>
internal sealed class WarningWatch(Func<VitalSigns> look, IReadOnlyList<IWarningRule> rules, WarningBoard board, ILogger logger) : IAsyncDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;

    public void Start(TimeProvider clock) => running = RunAsync(clock);

    /// <summary>One look.</summary>
    public void Look()
    {
        var signs = look();
        board.Update(rules.Select(rule => (rule.Code, rule.Judge(signs))), signs.Now, signs.WallClock);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private async Task RunAsync(TimeProvider clock)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                Look();
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A mistake in what looks on is no reason to stop a node that serves; nor may it pass in silence.
            NodeLog.WatchFailed(logger, exception);
        }
    }
}
