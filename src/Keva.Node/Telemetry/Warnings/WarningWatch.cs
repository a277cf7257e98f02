using Keva.Actors.Scheduling;
using Microsoft.Extensions.Logging;

namespace Keva.Node.Telemetry.Warnings;

/// <summary>
/// Looks at the node once a second and puts what it finds on the board. On a thread of its own: it sees also what keeps the
/// thread pool from running, and a pool that has nothing else to do is not woken for it.
/// </summary>
/// <param name="look">Takes the vital signs; must not wait for anything.</param>
/// <param name="rules">The kinds of trouble to look for.</param>
/// <param name="board">Where they are shown.</param>
/// <param name="logger">Told if it cannot look any more.</param>
internal sealed class WarningWatch(Func<VitalSigns> look, IReadOnlyList<IWarningRule> rules, WarningBoard board, ILogger logger) : IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // Held during a look: after its end nobody looks at what is disposed of.
    private readonly Lock gate = new();
    private ThreadTimer? timer;
    private bool isDisposed;

    public void Start(TimeProvider clock)
    {
        lock (gate)
        {
            timer = new ThreadTimer(OnRing, clock, "keva-warnings");
            timer.Change(Interval, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            timer?.Dispose();
        }
    }

    private void OnRing()
    {
        lock (gate)
        {
            if (isDisposed)
            {
                return;
            }

            try
            {
                Look();
                timer!.Change(Interval, Timeout.InfiniteTimeSpan);
            }
            catch (Exception exception)
            {
                // A mistake in what looks on is no reason to stop a node that serves; nor may it pass in silence.
                NodeLog.WatchFailed(logger, exception);
            }
        }
    }

    private void Look()
    {
        var signs = look();
        board.Update(rules.Select(rule => (rule.Code, rule.Judge(signs))), signs.Now, signs.WallClock);
    }
}
