namespace Keva.Tests.Actors;

/// <summary>A clock that goes on only when it is told to; its timers ring within <see cref="Advance"/>.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private TimeSpan _now = TimeSpan.FromHours(1);

    /// <summary>How often any timer was set.</summary>
    public int TimersSet { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return _now.Ticks;
        }
    }

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + TimeSpan.FromTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        lock (_gate)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    public void Advance(TimeSpan duration)
    {
        var end = GetTimestamp() + duration.Ticks;
        while (true)
        {
            ManualTimer? next;
            lock (_gate)
            {
                next = _timers.Where(timer => timer.Due <= TimeSpan.FromTicks(end)).MinBy(timer => timer.Due);
                _now = next?.Due > _now ? next.Due.Value : _now;
                if (next is null)
                {
                    _now = TimeSpan.FromTicks(end);
                    return;
                }

                next.Due = null;
            }

            next.Ring();
        }
    }

    /// <summary>As after a pause of the process: time is later all at once, and only then the timers ring.</summary>
    public void Jump(TimeSpan duration)
    {
        lock (_gate)
        {
            _now += duration;
        }

        Advance(TimeSpan.Zero);
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        public TimeSpan? Due { get; set; }

        public void Ring() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Assert.True(period <= TimeSpan.Zero, "Periodic timers are not imitated");
            lock (time._gate)
            {
                time.TimersSet++;
                Due = dueTime < TimeSpan.Zero ? null : time._now + dueTime;
            }

            return true;
        }

        public void Dispose()
        {
            lock (time._gate)
            {
                Due = null;
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
