namespace Keva.Actors.Cells;

/// <summary>What every ref of this runtime can do beside telling.</summary>
internal interface IInternalActorRef : IActorRef
{
    /// <summary>None for <see cref="ActorRefs.Nobody"/>, which belongs to no system.</summary>
    ActorSystem? System { get; }

    bool IsTerminated { get; }

    void SendSystemMessage(SystemMessage message);
}

internal static class DeadRefs
{
    /// <summary>A ref without a living actor answers a watcher at once; nothing else concerns it.</summary>
    public static void AnswerForTheDead(this IInternalActorRef dead, SystemMessage message)
    {
        if (message is Watch watch)
        {
            watch.Watcher.SendSystemMessage(new DeathWatchNotification(dead));
        }
    }
}

/// <summary>The ref of an actor of this process.</summary>
internal sealed class LocalActorRef(ActorPath path, ActorCell cell) : IInternalActorRef
{
    public ActorPath Path => path;

    public ActorCell Cell => cell;

    public ActorSystem System => cell.System;

    public bool IsTerminated => cell.Mailbox.IsClosed;

    public void Tell(object message, IActorRef? sender)
    {
        ArgumentNullException.ThrowIfNull(message);
        cell.Mailbox.Post(message, sender);
    }

    public void SendSystemMessage(SystemMessage message) => cell.Mailbox.PostSystem(message);

    // Not the identity of the object, which differs from run to run.
    public override int GetHashCode() => path.Uid.GetHashCode();

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override string ToString() => path.ToString();
}

internal sealed class NobodyRef : IInternalActorRef
{
    public ActorPath Path { get; } = new("none", parent: null, "Nobody", uid: 0);

    public ActorSystem? System => null;

    public bool IsTerminated => true;

    public void Tell(object message, IActorRef? sender)
    {
    }

    public void SendSystemMessage(SystemMessage message) => this.AnswerForTheDead(message);

    public override string ToString() => "Nobody";
}

/// <summary>Stands for nobody in particular: what is told to it becomes a <see cref="Event.DeadLetter"/>.</summary>
internal sealed class DeadLettersRef(ActorSystem system, ActorPath path) : IInternalActorRef
{
    public ActorPath Path => path;

    public ActorSystem System => system;

    public bool IsTerminated => true;

    public void Tell(object message, IActorRef? sender)
    {
        ArgumentNullException.ThrowIfNull(message);
        system.PublishDeadLetter(message, sender, this);
    }

    public void SendSystemMessage(SystemMessage message) => this.AnswerForTheDead(message);

    public override string ToString() => path.ToString();
}
