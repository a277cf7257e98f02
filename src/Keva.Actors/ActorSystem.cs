using Keva.Actors.Cells;
using Keva.Actors.Dispatch;
using Keva.Actors.Event;
using Keva.Actors.Scheduling;

namespace Keva.Actors;

/// <summary>A tree of actors under <c>/user</c> with what they share. Thread-safe.</summary>
public sealed class ActorSystem : IActorRefFactory
{
    private readonly ActorSystemOptions _options;
    private readonly ActorCell _userGuardian;
    private readonly ActorPath _temporaryPath;

    private readonly TaskCompletionSource _terminated;
    private long _lastUid;
    private long _deadLetterCount;
    private Exception? _failureCause;

    private ActorSystem(string name, ActorSystemOptions options)
    {
        _options = options;
        Name = name;
        _terminated = new TaskCompletionSource(CompletionOptions);
        Scheduler = options.Scheduler ?? new TimerQueueScheduler(options.TimeProvider);
        _temporaryPath = NewPath(parent: null, "temp");
        DeadLetters = new DeadLettersRef(this, NewPath(parent: null, "deadLetters"));
        CoordinatedShutdown = new CoordinatedShutdown(this);
        var props = Props.Create(() => new Guardian(), options.GuardianSupervisorStrategy);
        var top = new TopRef(this, NewPath(parent: null, ""));
        _userGuardian = new ActorCell(this, props, options.Dispatcher, top, NewPath(parent: null, "user"));
        _userGuardian.Start();
    }

    public string Name { get; }

    public EventStream EventStream { get; } = new();

    public Scheduler Scheduler { get; }

    /// <summary>This system's clock.</summary>
    public TimeProvider TimeProvider => _options.TimeProvider;

    /// <summary>Takes what has no receiver.</summary>
    public IActorRef DeadLetters { get; }

    /// <summary>How many messages had nowhere to go since the start.</summary>
    public long DeadLetterCount => Interlocked.Read(ref _deadLetterCount);

    /// <summary>Completes when all actors have ended, in whatever way that came about.</summary>
    public Task WhenTerminated => _terminated.Task;

    /// <summary>The failure that was escalated past the top and has stopped the system, if that is what stopped it.</summary>
    public Exception? FailureCause => Volatile.Read(ref _failureCause);

    internal CoordinatedShutdown CoordinatedShutdown { get; }

    /// <summary>
    /// Whoever awaits a task goes on in its own time, not in the middle of the handler that completes it: on the thread
    /// pool, or, in a deterministic run, by <see cref="Complete{TState}"/> making the completion a turn.
    /// </summary>
    internal TaskCreationOptions CompletionOptions =>
        _options.Dispatcher.IsDeterministic ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously;

    public static ActorSystem Create(string name, ActorSystemOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new ActorSystem(name, options ?? new ActorSystemOptions());
    }

    /// <inheritdoc/>
    /// <remarks>Makes a child of <c>/user</c>.</remarks>
    public IActorRef ActorOf(Props props, string? name = null) => _userGuardian.ActorOf(props, name);

    /// <inheritdoc/>
    public void Stop(IActorRef actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        _userGuardian.Stop(actor);
    }

    /// <summary>Stops all actors, without the phases of <see cref="Actors.CoordinatedShutdown"/>.</summary>
    /// <returns><see cref="WhenTerminated"/>.</returns>
    public Task Terminate()
    {
        _userGuardian.Self.SendSystemMessage(new Terminate());
        return WhenTerminated;
    }

    /// <summary>How many messages wait at each living actor, a parent before its children, children in order of creation.</summary>
    public IReadOnlyList<MailboxDepth> GetMailboxDepths()
    {
        var depths = new List<MailboxDepth>();
        AddDepths(_userGuardian, depths);
        return depths;
    }

    public override string ToString() => $"keva://{Name}";

    internal ActorPath NewPath(ActorPath? parent, string name) => new(Name, parent, name, Interlocked.Increment(ref _lastUid));

    internal ActorPath NewTemporaryPath()
    {
        var uid = Interlocked.Increment(ref _lastUid);
        return new ActorPath(Name, _temporaryPath, $"${uid}", uid);
    }

    internal MessageDispatcher FindDispatcher(string? name)
    {
        if (name is null || _options.Dispatcher.IsDeterministic)
        {
            return _options.Dispatcher;
        }

        return _options.Dispatchers.TryGetValue(name, out var dispatcher)
            ? dispatcher
            : throw new ConfigurationException($"{this} has no dispatcher named '{name}'");
    }

    internal void PublishDeadLetter(object message, IActorRef? sender, IActorRef recipient)
    {
        // A dead letter that cannot be delivered itself is not wrapped again.
        var letter = message as DeadLetter ?? new DeadLetter(message, sender ?? DeadLetters, recipient);
        Interlocked.Increment(ref _deadLetterCount);
        EventStream.Publish(letter);
    }

    /// <param name="state">Given to <paramref name="complete"/>, which captures nothing.</param>
    /// <param name="complete">Completes a task that was made with <see cref="CompletionOptions"/>.</param>
    internal void Complete<TState>(TState state, Action<TState> complete)
    {
        if (_options.Dispatcher.IsDeterministic)
        {
            _options.Dispatcher.Post(() => complete(state));
        }
        else
        {
            complete(state);
        }
    }

    private static void AddDepths(ActorCell cell, List<MailboxDepth> depths)
    {
        foreach (var child in cell.Children.ToArray())
        {
            depths.Add(new MailboxDepth(child.Ref.Path, child.Ref.Cell.Mailbox.Depth));
            AddDepths(child.Ref.Cell, depths);
        }
    }

    private void GuardianEnded()
    {
        Scheduler.Stop();
        Complete(_terminated, static terminated => terminated.TrySetResult());
    }

    private void GuardianFailed(Exception cause)
    {
        Interlocked.CompareExchange(ref _failureCause, cause, comparand: null);
        EventStream.Publish(new Error(cause, ToString(), "An escalated failure stops the system"));
        _ = Terminate();
    }

    private sealed class Guardian : ActorBase
    {
        protected override bool Receive(object message) => false;
    }

    /// <summary>Above <c>/user</c> there is nobody who could judge its failure.</summary>
    private sealed class TopRef(ActorSystem system, ActorPath path) : IInternalActorRef
    {
        public ActorPath Path => path;

        public ActorSystem System => system;

        public bool IsTerminated => false;

        public void Tell(object message, IActorRef? sender) => system.PublishDeadLetter(message, sender, this);

        public void SendSystemMessage(SystemMessage message)
        {
            switch (message)
            {
                case Failed failed:
                    system.GuardianFailed(failed.Cause);
                    break;
                case DeathWatchNotification:
                    system.GuardianEnded();
                    break;
                default:
                    this.AnswerForTheDead(message);
                    break;
            }
        }
    }
}

/// <param name="Actor">Whose mailbox.</param>
/// <param name="Messages">How many wait in it.</param>
public readonly record struct MailboxDepth(ActorPath Actor, int Messages);
