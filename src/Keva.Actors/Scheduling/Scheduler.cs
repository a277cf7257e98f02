namespace Keva.Actors.Scheduling;

/// <summary>
/// The port through which a system waits: for its timers and for the time-outs of <c>Ask</c>. Thread-safe; nothing in it
/// blocks.
/// </summary>
public abstract class Scheduler
{
    /// <summary>Monotonic time since some moment of the past, as this system's clock shows it.</summary>
    public abstract TimeSpan Now { get; }

    /// <summary>Calls <see cref="ScheduledEntry.Fire"/> once when <see cref="Now"/> has reached <paramref name="due"/>, unless it is cancelled.</summary>
    /// <param name="entry">Is not waiting here already; it may be scheduled again once it has fired.</param>
    /// <param name="due">May be past.</param>
    public abstract void ScheduleAt(ScheduledEntry entry, TimeSpan due);

    /// <summary>Takes it out for good: it can fire only if it is firing now, and scheduling it again does nothing.</summary>
    public abstract void Cancel(ScheduledEntry entry);

    /// <summary>Calls <paramref name="action"/> after <paramref name="delay"/>; disposing the result cancels it.</summary>
    public IDisposable ScheduleOnce(TimeSpan delay, Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var entry = new ScheduledAction(this, action);
        ScheduleAt(entry, Now + delay);
        return entry;
    }

    /// <summary>The system has ended: nothing fires any more, and what waits is abandoned.</summary>
    protected internal virtual void Stop()
    {
    }
}

/// <summary>What waits in a scheduler. It holds its own place in the queue, so that waiting costs no second object.</summary>
public abstract class ScheduledEntry
{
    internal long DueTicks { get; set; }

    /// <summary>The order of creation decides between entries that are due at the same time.</summary>
    internal long Sequence { get; set; }

    /// <summary>The place in the queue, or -1 while it is in none.</summary>
    internal int Position { get; set; } = -1;

    internal bool IsCancelled { get; set; }

    /// <summary>In a simulation, the machine whose fate decides whether it fires.</summary>
    internal Simulation.DeterministicHost? Owner { get; set; }

    /// <summary>It is time. Must be quick and must not throw.</summary>
    public abstract void Fire();

    /// <summary>The scheduler has stopped before it was time.</summary>
    public virtual void Abandon()
    {
    }
}

internal sealed class ScheduledAction(Scheduler scheduler, Action action) : ScheduledEntry, IDisposable
{
    public override void Fire() => action();

    public void Dispose() => scheduler.Cancel(this);
}
