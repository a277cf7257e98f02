using Keva.Actors.Dispatch;
using Keva.Actors.Scheduling;

namespace Keva.Actors.Simulation;

/// <summary>
/// Runs the actors of several systems on one thread, in an order that one seed decides: each turn, the dice choose one of
/// the mailboxes that have something to do, and it handles one message. Time is virtual, stands still while anything can
/// run, and then jumps to what is due next. The same seed and the same calls give the same run in every process.
/// </summary>
/// <remarks>
/// Everything is to be called from one thread. Code that awaits (a client that uses <c>Ask</c>, a coordinated shutdown)
/// belongs to the run only if it is started inside of it, by <see cref="Execute"/>, <see cref="Schedule"/> or an actor,
/// and if neither ConfigureAwait(false) nor a combinator over a task that completes asynchronously leads it out again.
/// </remarks>
public sealed class DeterministicDispatcher
{
    private readonly SplitMix64 _dice;
    private readonly List<object> _ready = [];
    private readonly TimerQueue _waiting = new();
    private readonly List<DeterministicHost> _hosts = [];
    private readonly SynchronizationContext _continuations;
    private int _runningThread;
    private long _stepsThisInstant;

    public DeterministicDispatcher(ulong seed)
    {
        Seed = seed;
        _dice = new SplitMix64(seed);
        _continuations = new ContinuationContext(this);
    }

    public ulong Seed { get; }

    /// <summary>The virtual time since the beginning.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Turns taken so far.</summary>
    public long Steps { get; private set; }

    /// <summary>Stands for the whole run up to now: two runs that differ in any turn or time differ in this.</summary>
    public ulong Fingerprint { get; private set; }

    /// <summary>Called after each turn, for checks; what it throws ends the run.</summary>
    public Action<DeterministicStep>? AfterStep { get; set; }

    /// <summary>
    /// How many turns may pass without time going on before the run is given up as one that would never end. 10 million
    /// by default.
    /// </summary>
    public long MaxStepsPerInstant { get; set; } = 10_000_000;

    /// <summary>
    /// A new place to run a system: its <see cref="DeterministicHost.Options"/> go to <see cref="ActorSystem.Create"/>. A
    /// restart after a crash is a new host.
    /// </summary>
    public DeterministicHost AddHost(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var host = new DeterministicHost(this, name, _hosts.Count);
        _hosts.Add(host);
        return host;
    }

    /// <summary>Calls <paramref name="action"/> in a turn of its own after <paramref name="delay"/> of virtual time.</summary>
    /// <returns>Disposed, it is not called any more.</returns>
    public IDisposable Schedule(TimeSpan delay, Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        var scheduled = new WorldAction(this, action);
        Wait(scheduled, Now + delay);
        return scheduled;
    }

    /// <summary>Calls <paramref name="action"/> now, as a part of the run: what it awaits goes on inside of the run.</summary>
    public void Execute(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        Enter(action, static action =>
        {
            action();
            return true;
        });
    }

    /// <summary>Runs until nothing can run any more without time going on.</summary>
    public void RunUntilIdle() => AdvanceBy(TimeSpan.Zero);

    /// <summary>Runs all that happens in the next <paramref name="duration"/>; after it, <see cref="Now"/> has gone on by just that.</summary>
    public void AdvanceBy(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        var end = Now + duration;
        Enter((World: this, End: end), static run =>
        {
            while (run.World.Step(run.End))
            {
            }

            run.World.MoveTo(run.End);
            return true;
        });
    }

    /// <summary>Runs until <paramref name="condition"/> holds, which is looked at after each turn.</summary>
    /// <param name="condition">May look at anything and change nothing.</param>
    /// <param name="within">How much virtual time may pass.</param>
    /// <returns>False if it did not come to hold; then all that time has passed.</returns>
    public bool RunUntil(Func<bool> condition, TimeSpan within)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentOutOfRangeException.ThrowIfLessThan(within, TimeSpan.Zero);
        var end = Now + within;
        return Enter((World: this, End: end, Condition: condition), static run =>
        {
            while (!run.Condition())
            {
                if (!run.World.Step(run.End))
                {
                    run.World.MoveTo(run.End);
                    return run.Condition();
                }
            }

            return true;
        });
    }

    /// <param name="item">A mailbox to run, or an action to call.</param>
    internal void MakeReady(object item)
    {
        CheckThread();
        _ready.Add(item);
    }

    /// <summary>Takes out what belongs to <paramref name="host"/>, in the order in which it became ready.</summary>
    internal List<Mailbox> TakeReady(DeterministicHost host)
    {
        var taken = _ready.OfType<Mailbox>().Where(mailbox => ReferenceEquals(HostOf(mailbox), host)).ToList();
        _ready.RemoveAll(item => item is Mailbox mailbox && ReferenceEquals(HostOf(mailbox), host));
        return taken;
    }

    internal void Wait(ScheduledEntry entry, TimeSpan due)
    {
        CheckThread();
        if (!entry.IsCancelled)
        {
            _waiting.Add(entry, Math.Max(due.Ticks, Now.Ticks));
        }
    }

    internal void Cancel(ScheduledEntry entry)
    {
        CheckThread();
        entry.IsCancelled = true;
        _waiting.Remove(entry);
    }

    private static DeterministicHost HostOf(Mailbox mailbox) => ((DeterministicHost.HostDispatcher)mailbox.Dispatcher).Host;

    /// <returns>False when nothing is left to do by <paramref name="end"/>.</returns>
    private bool Step(TimeSpan end)
    {
        while (true)
        {
            if (_ready.Count > 0)
            {
                if (TakeTurn())
                {
                    return true;
                }
            }
            else if (_waiting.NextDueTicks <= end.Ticks)
            {
                MoveTo(TimeSpan.FromTicks(_waiting.NextDueTicks));
                if (FireDue())
                {
                    return true;
                }
            }
            else
            {
                return false;
            }
        }
    }

    private bool TakeTurn()
    {
        var index = _dice.Next(_ready.Count);
        var chosen = _ready[index];
        _ready[index] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        if (chosen is Action action)
        {
            action();
            Finish(host: null, actor: null, message: null);
            return true;
        }

        var mailbox = (Mailbox)chosen;
        if (mailbox.RunOne() is not { } message)
        {
            return false;
        }

        Finish(HostOf(mailbox), mailbox.Path, message);
        return true;
    }

    /// <summary>All that is due at this moment fires at once: whose message is handled first is for the dice.</summary>
    /// <returns>True if the simulation's own action has run, which is a turn.</returns>
    private bool FireDue()
    {
        while (_waiting.TakeDue(Now.Ticks) is { } entry)
        {
            if (entry.Owner?.Admit(entry) == false)
            {
                continue;
            }

            entry.Fire();
            if (entry is WorldAction)
            {
                Finish(host: null, actor: null, message: null);
                return true;
            }
        }

        return false;
    }

    private void Finish(DeterministicHost? host, ActorPath? actor, object? message)
    {
        Steps++;
        var place = ((ulong)(host?.Index + 1 ?? 0) << 48) ^ (ulong)(actor?.Uid ?? 0);
        Fingerprint = SplitMix64.Mix(Fingerprint ^ SplitMix64.Mix(place) ^ (ulong)Now.Ticks);
        if (++_stepsThisInstant > MaxStepsPerInstant)
        {
            throw new InvalidOperationException($"{MaxStepsPerInstant} turns at {Now} without end; the last one: {host?.Name}{actor?.ToStringWithoutAddress()} {message}");
        }

        AfterStep?.Invoke(new DeterministicStep(Steps, Now, host, actor, message));
    }

    private void MoveTo(TimeSpan time)
    {
        if (time > Now)
        {
            Now = time;
            _stepsThisInstant = 0;
        }
    }

    /// <summary>Within, what is awaited comes back through <see cref="ContinuationContext"/>.</summary>
    private bool Enter<TState>(TState state, Func<TState, bool> run)
    {
        CheckThread();
        var outerThread = _runningThread;
        var outerContext = SynchronizationContext.Current;
        _runningThread = Environment.CurrentManagedThreadId;
        SynchronizationContext.SetSynchronizationContext(_continuations);
        try
        {
            return run(state);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outerContext);
            _runningThread = outerThread;
        }
    }

    /// <summary>A second thread would make the run unrepeatable: better that it is told than that it is believed.</summary>
    private void CheckThread()
    {
        if (_runningThread != 0 && _runningThread != Environment.CurrentManagedThreadId)
        {
            throw new InvalidOperationException("Another thread has reached into a deterministic run; what awaits must be started inside of it");
        }
    }

    private sealed class WorldAction(DeterministicDispatcher world, Action action) : ScheduledEntry, IDisposable
    {
        public override void Fire() => action();

        public void Dispose() => world.Cancel(this);
    }

    /// <summary>Makes the rest of a method that awaits a turn like any other.</summary>
    private sealed class ContinuationContext(DeterministicDispatcher world) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => world.MakeReady(() => d(state));

        public override void Send(SendOrPostCallback d, object? state) => d(state);

        public override SynchronizationContext CreateCopy() => this;
    }
}
