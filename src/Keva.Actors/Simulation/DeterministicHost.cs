using Keva.Actors.Dispatch;
using Keva.Actors.Scheduling;

namespace Keva.Actors.Simulation;

/// <summary>
/// One simulated machine: the systems that are created with its <see cref="Options"/> share its clock and its fate.
/// </summary>
public sealed class DeterministicHost
{
    private readonly DeterministicDispatcher _world;
    private readonly HostClock _clock;

    // What came while it was paused, in order.
    private readonly List<Mailbox> _heldMailboxes = [];
    private readonly List<ScheduledEntry> _heldEntries = [];

    internal DeterministicHost(DeterministicDispatcher world, string name, int index)
    {
        _world = world;
        Name = name;
        Index = index;
        var scheduler = new HostScheduler(this);
        _clock = new HostClock(world, scheduler);
        Options = new ActorSystemOptions { Dispatcher = new HostDispatcher(this), Scheduler = scheduler, TimeProvider = _clock };
    }

    public string Name { get; }

    /// <summary>For <see cref="ActorSystem.Create"/>; use <c>with</c> for what the simulation does not care about.</summary>
    public ActorSystemOptions Options { get; }

    /// <summary>This machine's clock. Its timers belong to the simulation.</summary>
    public TimeProvider TimeProvider => _clock;

    public bool IsPaused { get; private set; }

    public bool IsAborted { get; private set; }

    /// <summary>By how much its wall clock is ahead. May jump at any time; delays do not notice.</summary>
    public TimeSpan ClockOffset
    {
        get => _clock.Offset;
        set => _clock.Offset = value;
    }

    /// <summary>
    /// How much faster its clock goes, in parts per million, above -1,000,000. A change concerns what is scheduled after
    /// it.
    /// </summary>
    public int ClockDriftPartsPerMillion
    {
        get => _clock.DriftPartsPerMillion;
        set => _clock.SetDrift(value);
    }

    internal int Index { get; }

    /// <summary>The power fails: no handler runs any more, no <c>PostStop</c>, no timer, and nothing is told to anybody.</summary>
    public void Abort()
    {
        IsAborted = true;
        _world.TakeReady(this);
        _heldMailboxes.Clear();
        _heldEntries.Clear();
    }

    /// <summary>
    /// Nothing runs here until <see cref="Resume"/>, as in a long garbage collection: messages wait in their mailboxes,
    /// and the clock goes on.
    /// </summary>
    public void Pause()
    {
        if (IsPaused || IsAborted)
        {
            return;
        }

        IsPaused = true;
        _heldMailboxes.AddRange(_world.TakeReady(this));
    }

    /// <summary>Goes on; what was due meanwhile fires now, in its order.</summary>
    public void Resume()
    {
        if (!IsPaused)
        {
            return;
        }

        IsPaused = false;
        var mailboxes = _heldMailboxes.ToArray();
        var entries = _heldEntries.ToArray();
        _heldMailboxes.Clear();
        _heldEntries.Clear();
        foreach (var mailbox in mailboxes)
        {
            _world.MakeReady(mailbox);
        }

        foreach (var entry in entries.Where(entry => !entry.IsCancelled))
        {
            entry.Fire();
        }
    }

    public override string ToString() => Name;

    /// <returns>True if it may fire now; if not, it fires on <see cref="Resume"/> or never.</returns>
    internal bool Admit(ScheduledEntry entry)
    {
        if (IsPaused && !IsAborted)
        {
            _heldEntries.Add(entry);
        }

        return !IsPaused && !IsAborted;
    }

    internal sealed class HostDispatcher(DeterministicHost host) : MessageDispatcher
    {
        public DeterministicHost Host => host;

        public override bool IsDeterministic => true;

        protected internal override void Post(Action action) => host._world.MakeReady(action);

        protected internal override void Attach(Mailbox mailbox)
        {
            if (host.IsAborted)
            {
                throw new InvalidOperationException($"{host.Name} was aborted; a restart is a new host");
            }
        }

        protected internal override void Schedule(Mailbox mailbox)
        {
            if (host.IsAborted)
            {
                return;
            }

            if (host.IsPaused)
            {
                host._heldMailboxes.Add(mailbox);
            }
            else
            {
                host._world.MakeReady(mailbox);
            }
        }
    }

    /// <summary>Waits in the simulation's queue, by this machine's clock.</summary>
    private sealed class HostScheduler(DeterministicHost host) : Scheduler
    {
        public override TimeSpan Now => host._clock.Elapsed;

        public override void ScheduleAt(ScheduledEntry entry, TimeSpan due)
        {
            entry.Owner = host;
            host._world.Wait(entry, host._clock.ToWorldTime(due));
        }

        public override void Cancel(ScheduledEntry entry) => host._world.Cancel(entry);
    }
}
