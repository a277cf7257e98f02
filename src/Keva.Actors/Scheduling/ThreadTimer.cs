namespace Keva.Actors.Scheduling;

/// <summary>
/// Rings on a thread of its own. The timers of the runtime hand each ring to the thread pool: on a node that has nothing else to
/// do, waking one of its threads, which then looks about for more work, costs many times what the ring is for.
/// </summary>
public sealed class ThreadTimer : ITimer
{
    private readonly Lock gate = new();
    private readonly AutoResetEvent changed = new(initialState: false);
    private readonly TimeProvider time = TimeProvider.System;
    private readonly Action onRing;
    private long dueTimestamp = long.MaxValue;
    private bool isDisposed;

    /// <param name="onRing">Called on the timer's thread, one ring after the other. What takes long delays later rings.</param>
    public ThreadTimer(Action onRing)
    {
        this.onRing = onRing;
        new Thread(Run) { IsBackground = true, Name = "keva-timer" }.UnsafeStart();
    }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        lock (gate)
        {
            if (isDisposed)
            {
                return false;
            }

            dueTimestamp = dueTime == Timeout.InfiniteTimeSpan
                ? long.MaxValue
                : time.GetTimestamp() + (long)(dueTime.TotalSeconds * time.TimestampFrequency);
        }

        changed.Set();
        return true;
    }

    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
        }

        changed.Set();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void Run()
    {
        while (true)
        {
            TimeSpan wait;
            lock (gate)
            {
                if (isDisposed)
                {
                    break;
                }

                wait = dueTimestamp == long.MaxValue ? Timeout.InfiniteTimeSpan : time.GetElapsedTime(time.GetTimestamp(), dueTimestamp);
                if (wait <= TimeSpan.Zero && wait != Timeout.InfiniteTimeSpan)
                {
                    dueTimestamp = long.MaxValue;
                    wait = TimeSpan.Zero;
                }
            }

            if (wait == TimeSpan.Zero)
            {
                onRing();
            }
            else
            {
                // Whole milliseconds, rounded up, lest it wake up too early and again.
                changed.WaitOne(wait == Timeout.InfiniteTimeSpan ? Timeout.Infinite : (int)Math.Min(int.MaxValue, Math.Ceiling(wait.TotalMilliseconds)));
            }
        }

        changed.Dispose();
    }
}
