using Keva.Actors.Cells;
using Keva.Actors.Event;

namespace Keva.Actors;

/// <summary>
/// One incarnation of an actor. Its methods are called one at a time; a handler runs to completion and must not block.
/// </summary>
public abstract class ActorBase
{
    private readonly ActorCell _cell;

    protected ActorBase()
    {
        _cell = ActorCell.Current?.TakeConstruction()
            ?? throw new ActorInitializationException(actor: null, $"{GetType()} is an actor, which only ActorOf can make");
    }

    /// <exception cref="InvalidOperationException">No actor's handler is running on this thread.</exception>
    protected static IActorContext Context =>
        ActorCell.Current ?? throw new InvalidOperationException("There is no Context outside of an actor's handlers; take what is needed from it before.");

    /// <summary>Valid at any time, and from any thread.</summary>
    protected IActorRef Self => _cell.Self;

    protected IActorRef Sender => _cell.Sender;

    /// <returns>False when the message is not handled; then <see cref="Unhandled"/> is called.</returns>
    protected abstract bool Receive(object message);

    /// <summary>Before the first message. In a restarted actor only if <see cref="PostRestart"/> calls it, which it does by default.</summary>
    protected virtual void PreStart()
    {
    }

    /// <summary>After the last message, when all children have ended.</summary>
    protected virtual void PostStop()
    {
    }

    /// <summary>In the failed incarnation. By default stops all children and calls <see cref="PostStop"/>.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="message">The message that was being handled; it is not handled again.</param>
    protected virtual void PreRestart(Exception reason, object? message)
    {
        foreach (var child in Context.GetChildren())
        {
            Context.Unwatch(child);
            Context.Stop(child);
        }

        PostStop();
    }

    /// <summary>In the new incarnation, before it goes on with the mailbox. By default calls <see cref="PreStart"/>.</summary>
    protected virtual void PostRestart(Exception reason) => PreStart();

    /// <summary>By default publishes an <see cref="UnhandledMessage"/>; an unhandled <see cref="Terminated"/> fails the actor.</summary>
    protected virtual void Unhandled(object message)
    {
        if (message is Terminated terminated)
        {
            throw new DeathPactException(terminated.ActorRef);
        }

        _cell.System.EventStream.Publish(new UnhandledMessage(message, Sender, Self));
    }

    /// <summary>What becomes of a child that fails. Asked once for each incarnation.</summary>
    protected virtual SupervisorStrategy SupervisorStrategy() => Actors.SupervisorStrategy.DefaultStrategy;

    internal SupervisorStrategy AskSupervisorStrategy() => SupervisorStrategy();

    internal virtual void ConstructionEnds()
    {
    }

    internal void AroundReceive(object message)
    {
        if (!Receive(message))
        {
            Unhandled(message);
        }
    }

    internal void AroundPreStart() => PreStart();

    internal void AroundPostStop() => PostStop();

    internal void AroundPreRestart(Exception reason, object? message) => PreRestart(reason, message);

    internal void AroundPostRestart(Exception reason) => PostRestart(reason);
}

/// <summary>An actor that picks its messages apart itself.</summary>
public abstract class UntypedActor : ActorBase
{
    protected sealed override bool Receive(object message)
    {
        OnReceive(message);
        return true;
    }

    /// <summary>Calls <see cref="ActorBase.Unhandled"/> itself for what it does not know.</summary>
    protected abstract void OnReceive(object message);
}
