namespace Keva.Actors.Cells;

/// <summary>
/// What the runtime tells a cell. It overtakes the actor's own messages and is handled while the mailbox is suspended,
/// too. Linked by itself into the mailbox's queue, so one object is sent to one cell.
/// </summary>
internal abstract class SystemMessage
{
    public SystemMessage? Next { get; set; }
}

internal sealed class Create : SystemMessage;

internal sealed class Suspend : SystemMessage;

/// <param name="causedByFailure">The failure that is forgiven, or none when only the parent's suspension ends.</param>
internal sealed class Resume(Exception? causedByFailure) : SystemMessage
{
    public Exception? CausedByFailure => causedByFailure;
}

internal sealed class Recreate(Exception cause) : SystemMessage
{
    public Exception Cause => cause;
}

internal sealed class Terminate : SystemMessage;

internal sealed class Watch(IInternalActorRef watcher) : SystemMessage
{
    public IInternalActorRef Watcher => watcher;
}

internal sealed class Unwatch(IInternalActorRef watcher) : SystemMessage
{
    public IInternalActorRef Watcher => watcher;
}

/// <summary>Goes to the parent and to all watchers.</summary>
internal sealed class DeathWatchNotification(IInternalActorRef actor) : SystemMessage
{
    public IInternalActorRef Actor => actor;
}

internal sealed class Failed(IInternalActorRef child, Exception cause) : SystemMessage
{
    public IInternalActorRef Child => child;

    public Exception Cause => cause;
}
