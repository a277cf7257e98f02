using Keva.Actors.Cells;
using Keva.Actors.Dispatch;
using Keva.Actors.Scheduling;

namespace Keva.Actors.Timers;

/// <summary>The timers of one incarnation. Only the firing itself happens outside of the actor's own turn.</summary>
internal sealed class ActorTimers(ActorCell cell) : ITimerScheduler
{
    private readonly Dictionary<object, ActorTimer> _active = [];

    public void StartSingleTimer(object key, object msg, TimeSpan timeout) => Start(key, msg, timeout, interval: null);

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval) => StartPeriodicTimer(key, msg, interval, interval);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        Start(key, msg, initialDelay, interval);
    }

    public bool IsTimerActive(object key) => _active.ContainsKey(key);

    public void Cancel(object key)
    {
        if (_active.Remove(key, out var timer))
        {
            cell.System.Scheduler.Cancel(timer);
        }
    }

    public void CancelAll()
    {
        foreach (var timer in _active.Values)
        {
            cell.System.Scheduler.Cancel(timer);
        }

        _active.Clear();
    }

    /// <summary>Called with a timer that comes out of the mailbox.</summary>
    /// <returns>False when it was cancelled or replaced since it fired.</returns>
    public bool Accept(ActorTimer timer)
    {
        if (!_active.TryGetValue(timer.Key, out var current) || !ReferenceEquals(current, timer))
        {
            return false;
        }

        if (timer.IsPeriodic)
        {
            timer.Delivered();
        }
        else
        {
            _active.Remove(timer.Key);
        }

        return true;
    }

    private void Start(object key, object message, TimeSpan delay, TimeSpan? interval)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        Cancel(key);
        var timer = new ActorTimer(cell.Mailbox, cell.System.Scheduler, key, message, interval);
        _active.Add(key, timer);
        timer.Start(delay);
    }
}

/// <summary>One timer; it is also the message that stands for it in the mailbox.</summary>
internal sealed class ActorTimer(Mailbox mailbox, Scheduler scheduler, object key, object message, TimeSpan? interval) : ScheduledEntry
{
    private TimeSpan _due;
    private int _undelivered;

    public object Key => key;

    public object Message => message;

    public bool IsPeriodic => interval is not null;

    public void Start(TimeSpan delay)
    {
        _due = scheduler.Now + delay;
        scheduler.ScheduleAt(this, _due);
    }

    /// <summary>The actor has come to it, and may get the next beat.</summary>
    public void Delivered() => Volatile.Write(ref _undelivered, 0);

    public override void Fire()
    {
        if (interval is { } period)
        {
            // The next beat is the first one that is still to come, so that the phase stays and nothing bursts.
            var missed = Math.Max(0, (scheduler.Now - _due).Ticks / period.Ticks);
            _due += TimeSpan.FromTicks(period.Ticks * (missed + 1));
            scheduler.ScheduleAt(this, _due);
        }

        // A slow actor has one beat in its mailbox, never a heap of them.
        if (Interlocked.Exchange(ref _undelivered, 1) == 0)
        {
            mailbox.Post(this, ActorRefs.NoSender);
        }
    }

    public override string ToString() => $"Timer({message})";
}
