using Keva.Actors.Scheduling;

namespace Keva.Actors.Simulation;

/// <summary>
/// The clock of one simulated machine: it goes faster or slower than virtual time, and its wall clock may be off.
/// </summary>
internal sealed class HostClock(DeterministicDispatcher world, Scheduler scheduler) : TimeProvider
{
    private const long Million = 1_000_000;

    private static readonly DateTimeOffset Epoch = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // Where the present drift began, on both clocks.
    private TimeSpan _worldBase = world.Now;
    private TimeSpan _localBase = world.Now;

    public TimeSpan Offset { get; set; }

    public int DriftPartsPerMillion { get; private set; }

    /// <summary>Monotonic: it knows drift, and no offset.</summary>
    public TimeSpan Elapsed => _localBase + Scale(world.Now - _worldBase, Million + DriftPartsPerMillion, Million);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public void SetDrift(int partsPerMillion)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(partsPerMillion, -Million);
        (_localBase, _worldBase) = (Elapsed, world.Now);
        DriftPartsPerMillion = partsPerMillion;
    }

    /// <summary>The first moment of virtual time at which <see cref="Elapsed"/> has reached <paramref name="local"/>.</summary>
    public TimeSpan ToWorldTime(TimeSpan local)
    {
        if (local <= _localBase)
        {
            return _worldBase;
        }

        // Rounded up: one tick less would show this clock a time that is not due.
        var rate = Million + DriftPartsPerMillion;
        return _worldBase + TimeSpan.FromTicks((long)((((Int128)(local - _localBase).Ticks * Million) + rate - 1) / rate));
    }

    public override DateTimeOffset GetUtcNow() => Epoch + Offset + Elapsed;

    public override long GetTimestamp() => Elapsed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new HostTimer(scheduler, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private static TimeSpan Scale(TimeSpan time, long numerator, long denominator) =>
        TimeSpan.FromTicks((long)((Int128)time.Ticks * numerator / denominator));

    /// <summary>A timer of the base library, in virtual time.</summary>
    private sealed class HostTimer(Scheduler scheduler, TimerCallback callback, object? state) : ITimer
    {
        private IDisposable? _waiting;
        private bool _isDisposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_isDisposed)
            {
                return false;
            }

            _waiting?.Dispose();
            _waiting = dueTime == Timeout.InfiniteTimeSpan ? null : scheduler.ScheduleOnce(dueTime, () => Ring(period));
            return true;
        }

        public void Dispose()
        {
            _isDisposed = true;
            _waiting?.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Ring(TimeSpan period)
        {
            if (period > TimeSpan.Zero)
            {
                Change(period, period);
            }

            callback(state);
        }
    }
}
