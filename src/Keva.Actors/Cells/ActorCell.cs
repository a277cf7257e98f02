using Keva.Actors.Dispatch;
using Keva.Actors.Event;
using Keva.Actors.Timers;

namespace Keva.Actors.Cells;

/// <summary>
/// What stays of an actor through its restarts: ref, mailbox, children, watches. Its mailbox calls it, never from two
/// threads at once; what is reached from elsewhere says so.
/// </summary>
internal sealed class ActorCell : IActorContext
{
    [ThreadStatic]
    private static ActorCell? t_current;

    private readonly IInternalActorRef _parent;
    private readonly DeathWatch _deathWatch;
    private readonly CellLifecycle _lifecycle;
    private IActorRef? _sender;
    private bool _isConstructing;

    public ActorCell(ActorSystem system, Props props, MessageDispatcher dispatcher, IInternalActorRef parent, ActorPath path)
    {
        System = system;
        Props = props;
        _parent = parent;
        Self = new LocalActorRef(path, this);
        Mailbox = new Mailbox(this, dispatcher);
        dispatcher.Attach(Mailbox);
        _deathWatch = new DeathWatch(this);
        _lifecycle = new CellLifecycle(this, parent, _deathWatch);
    }

    /// <summary>The cell whose handler runs on this thread.</summary>
    public static ActorCell? Current
    {
        get => t_current;
        set => t_current = value;
    }

    public ActorSystem System { get; }

    public Props Props { get; }

    public LocalActorRef Self { get; }

    public Mailbox Mailbox { get; }

    public Children Children { get; } = new();

    public ActorTimers? Timers { get; private set; }

    /// <summary>The present incarnation; none before the first, between two, and after the last.</summary>
    public ActorBase? Actor { get; private set; }

    public object? CurrentMessage { get; private set; }

    public IActorRef? SenderOrNone => _sender;

    IActorRef IActorContext.Self => Self;

    public IActorRef Sender => _sender ?? System.DeadLetters;

    public IActorRef Parent => _parent;

    /// <summary>Puts the first incarnation on its way.</summary>
    public void Start() => Self.SendSystemMessage(new Create());

    /// <inheritdoc/>
    /// <remarks>For the guardian, from any thread.</remarks>
    public IActorRef ActorOf(Props props, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(props);
        if (name is not null && !ActorPath.IsValidPathElement(name))
        {
            throw new InvalidActorNameException($"'{name}' cannot be an actor's name: letters, digits and -_.*+:@&=,!~';() make one, and $ not in front");
        }

        var dispatcher = System.FindDispatcher(props.Dispatcher);
        var child = Children.Add(
            Self.Path,
            name,
            finalName => new ActorCell(System, props, dispatcher, Self, System.NewPath(Self.Path, finalName)).Self);
        child.Cell.Start();
        return child;
    }

    public void Stop(IActorRef actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        Children.MarkStopping(actor);
        (actor as IInternalActorRef)?.SendSystemMessage(new Terminate());
    }

    public IActorRef Watch(IActorRef subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        _deathWatch.Watch(subject);
        return subject;
    }

    public IActorRef Unwatch(IActorRef subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        _deathWatch.Unwatch(subject);
        return subject;
    }

    public IActorRef Child(string name) => Children.Find(name)?.Ref ?? ActorRefs.Nobody;

    public IEnumerable<IActorRef> GetChildren() => Children.ToArray().Select(child => child.Ref);

    /// <summary>Handles one message of the actor. Whatever the actor throws becomes its failure.</summary>
    public void Invoke(object message, IActorRef? sender)
    {
        if (message is ActorTimer timer)
        {
            if (Timers?.Accept(timer) != true)
            {
                return;
            }

            message = timer.Message;
        }
        else if (message is Terminated terminated && !_deathWatch.Accept(terminated))
        {
            return;
        }

        CurrentMessage = message;
        _sender = sender;
        try
        {
            if (message is PoisonPill)
            {
                _lifecycle.Terminate();
            }
            else
            {
                Actor!.AroundReceive(message);
            }
        }
        catch (Exception exception)
        {
            // Supervision is what becomes of whatever an actor throws.
            _lifecycle.Fail(exception, perpetrator: null);
        }
        finally
        {
            CurrentMessage = null;
            _sender = null;
        }
    }

    /// <summary>Handles one message of the runtime.</summary>
    public void InvokeSystem(SystemMessage message)
    {
        switch (message)
        {
            case DeathWatchNotification notification:
                _deathWatch.Announce(notification.Actor);
                _lifecycle.ChildEnded(notification.Actor);
                break;
            case Watch watch:
                _deathWatch.AddWatcher(watch.Watcher);
                break;
            case Unwatch unwatch:
                _deathWatch.RemoveWatcher(unwatch.Watcher);
                break;
            default:
                _lifecycle.Handle(message);
                break;
        }
    }

    /// <summary>Makes an incarnation; the actor's constructor finds its cell through <see cref="TakeConstruction"/>.</summary>
    public ActorBase NewIncarnation()
    {
        _isConstructing = true;
        try
        {
            var actor = Props.NewActor();
            if (actor is null || _isConstructing)
            {
                throw new ActorInitializationException(Self, $"The factory of {Self.Path} did not make a new actor");
            }

            if (actor is IWithTimers withTimers)
            {
                withTimers.Timers = Timers = new ActorTimers(this);
            }

            actor.ConstructionEnds();
            Actor = actor;
            return actor;
        }
        finally
        {
            _isConstructing = false;
        }
    }

    /// <summary>Lets go of the incarnation; its timers end with it.</summary>
    public void ForgetIncarnation()
    {
        Timers?.CancelAll();
        Timers = null;
        Actor = null;
    }

    public ActorCell? TakeConstruction()
    {
        if (!_isConstructing)
        {
            return null;
        }

        _isConstructing = false;
        return this;
    }

    public void PublishError(Exception cause, string what) => System.EventStream.Publish(new Error(cause, Self.Path.ToString(), what));
}
