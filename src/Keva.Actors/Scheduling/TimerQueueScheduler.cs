using Keva.Actors.Dispatch;

namespace Keva.Actors.Scheduling;

/// <summary>
/// All that a system waits for, over one timer of a <see cref="TimeProvider"/>. The timer is set anew only when something
/// earlier than before comes in; cancelling leaves it as it is, and a ring for nothing costs little.
/// </summary>
public sealed class TimerQueueScheduler : Scheduler, IDisposable
{
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly Lock _gate = new();
    private readonly TimerQueue _queue = new();
    private readonly ITimer _timer;
    private long _armedForTicks = long.MaxValue;
    private bool _isFiring;
    private bool _isStopped;

    public TimerQueueScheduler(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _origin = time.GetTimestamp();
        if (time == TimeProvider.System)
        {
            _timer = new ThreadTimer(FireDue, time, "keva-timer");
            return;
        }

        // The timer outlives the call that happens to make it, and must not drag its ambient state along.
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            _timer = time.CreateTimer(static self => ((TimerQueueScheduler)self!).FireDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public override TimeSpan Now => _time.GetElapsedTime(_origin);

    public override void ScheduleAt(ScheduledEntry entry, TimeSpan due)
    {
        ArgumentNullException.ThrowIfNull(entry);
        lock (_gate)
        {
            if (entry.IsCancelled)
            {
                return;
            }

            if (!_isStopped)
            {
                _queue.Add(entry, due.Ticks);
                ArmForNext();
                return;
            }
        }

        entry.Abandon();
    }

    public override void Cancel(ScheduledEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        lock (_gate)
        {
            entry.IsCancelled = true;
            _queue.Remove(entry);
        }
    }

    public void Dispose() => Stop();

    protected internal override void Stop()
    {
        var abandoned = new List<ScheduledEntry>();
        lock (_gate)
        {
            _isStopped = true;
            while (_queue.TakeDue(long.MaxValue) is { } entry)
            {
                abandoned.Add(entry);
            }
        }

        _timer.Dispose();
        abandoned.ForEach(entry => entry.Abandon());
    }

    /// <summary>Rings of the timer may overlap; the first one fires for all, so that entries fire in their order.</summary>
    private void FireDue()
    {
        lock (_gate)
        {
            _armedForTicks = long.MaxValue;
            if (_isFiring)
            {
                return;
            }

            _isFiring = true;
        }

        // Most entries tell an actor something, which then runs here.
        using (ThreadPoolDispatcher.BeginTurn())
        {
            while (TakeDue() is { } entry)
            {
                entry.Fire();
            }
        }
    }

    private ScheduledEntry? TakeDue()
    {
        lock (_gate)
        {
            if (_queue.TakeDue(Now.Ticks) is { } entry)
            {
                return entry;
            }

            _isFiring = false;
            ArmForNext();
            return null;
        }
    }

    private void ArmForNext()
    {
        var next = _queue.NextDueTicks;
        if (_isStopped || _isFiring || next >= _armedForTicks)
        {
            return;
        }

        _armedForTicks = next;
        // Timers count whole milliseconds and cut the rest off: rounded up, lest they ring too early and again.
        var milliseconds = Math.Ceiling(Math.Max(0, (TimeSpan.FromTicks(next) - Now).TotalMilliseconds));
        _timer.Change(TimeSpan.FromMilliseconds(Math.Min(milliseconds, MaxWaitMilliseconds)), Timeout.InfiniteTimeSpan);
    }

    /// <summary>Longer waits than timers can do are done in pieces.</summary>
    private const double MaxWaitMilliseconds = 1_000_000_000;
}
