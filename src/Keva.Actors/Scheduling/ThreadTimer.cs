namespace Keva.Actors.Scheduling;

/// <summary>
/// Rings once, on a thread of its own. The timers of the runtime hand each ring to the thread pool: on a node that has nothing else
/// to do, waking one of its threads, which then looks about for more work, costs many times what the ring is for.
/// </summary>
public sealed class ThreadTimer : ITimer
{
    // Held while the state is looked at or changed; the thread waits for its pulse.
    private readonly object gate = new();
    private readonly TimeProvider time;
    private readonly Action onRing;
    private long? dueTimestamp;
    private bool isDisposed;

    /// <param name="onRing">Called on the timer's thread, one ring after the other. What takes long delays later rings.</param>
    /// <param name="time">By whose clock a ring is due. The thread waits in real time, and then looks at the clock.</param>
    /// <param name="threadName">What its thread is called in a debugger or a list of threads; Linux shows 15 characters.</param>
    public ThreadTimer(Action onRing, TimeProvider time, string threadName)
    {
        this.onRing = onRing;
        this.time = time;
        new Thread(Run) { IsBackground = true, Name = threadName }.UnsafeStart();
    }

    /// <exception cref="NotSupportedException">There is a period.</exception>
    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (period != Timeout.InfiniteTimeSpan)
        {
            throw new NotSupportedException("this timer rings once");
        }

        lock (gate)
        {
            dueTimestamp = dueTime == Timeout.InfiniteTimeSpan
                ? null
                : time.GetTimestamp() + (long)(dueTime.TotalSeconds * time.TimestampFrequency);
            Monitor.Pulse(gate);
            return !isDisposed;
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            Monitor.Pulse(gate);
        }
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void Run()
    {
        while (WaitUntilDue())
        {
            onRing();
        }
    }

    /// <summary>False: the timer is disposed of.</summary>
    private bool WaitUntilDue()
    {
        lock (gate)
        {
            while (!isDisposed)
            {
                if (dueTimestamp is not { } due)
                {
                    Monitor.Wait(gate);
                    continue;
                }

                var remaining = time.GetElapsedTime(time.GetTimestamp(), due);
                if (remaining <= TimeSpan.Zero)
                {
                    dueTimestamp = null;
                    return true;
                }

                // Whole milliseconds, rounded up, lest it wake up too early and again.
                Monitor.Wait(gate, (int)Math.Min(int.MaxValue, Math.Ceiling(remaining.TotalMilliseconds)));
            }

            return false;
        }
    }
}
