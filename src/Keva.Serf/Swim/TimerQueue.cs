namespace Keva.Serf.Swim;

/// <summary>
/// Time as this node was last told it, and what is to happen later. Timers that are due at the same time fire in the order
/// in which they were set.
/// </summary>
internal sealed class TimerQueue
{
    private readonly PriorityQueue<ScheduledTimer, (TimeSpan Due, long Order)> queue = new();
    private long order;

    public TimeSpan Now { get; private set; }

    public TimeSpan? NextDue
    {
        get
        {
            while (queue.TryPeek(out var timer, out _) && timer.IsCancelled)
            {
                queue.Dequeue();
            }

            return queue.TryPeek(out var next, out _) ? next.Due : null;
        }
    }

    /// <summary>Time never goes back.</summary>
    public void SetNow(TimeSpan now) => Now = now > Now ? now : Now;

    public ScheduledTimer Schedule(TimeSpan delay, Action onDue)
    {
        var timer = new ScheduledTimer(Now + delay, onDue);
        queue.Enqueue(timer, (timer.Due, order++));
        return timer;
    }

    /// <summary>Fires what is due, but not what that schedules anew: an interval of zero must not go on for ever.</summary>
    public void Run()
    {
        var end = order;
        while (queue.TryPeek(out var timer, out var priority) && timer.Due <= Now && priority.Order < end)
        {
            queue.Dequeue();
            timer.Fire();
        }
    }

    public void Clear() => queue.Clear();
}

internal sealed class ScheduledTimer(TimeSpan due, Action onDue)
{
    public TimeSpan Due { get; } = due;

    public bool IsCancelled { get; private set; }

    public void Cancel() => IsCancelled = true;

    public void Fire()
    {
        if (!IsCancelled)
        {
            IsCancelled = true;
            onDue();
        }
    }
}
