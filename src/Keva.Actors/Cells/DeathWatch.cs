namespace Keva.Actors.Cells;

/// <summary>Whom this actor watches, and who watches it. Survives restarts.</summary>
internal sealed class DeathWatch(ActorCell cell)
{
    private InsertionOrderedSet<IInternalActorRef>? _watching;
    private InsertionOrderedSet<IInternalActorRef>? _watchedBy;
    private HashSet<IActorRef>? _announced;

    public void Watch(IActorRef subject)
    {
        var actor = Internal(subject);
        if (!ReferenceEquals(actor, cell.Self) && (_watching ??= new()).Add(actor))
        {
            actor.SendSystemMessage(new Watch(cell.Self));
        }
    }

    public void Unwatch(IActorRef subject)
    {
        var actor = Internal(subject);
        if (_watching?.Remove(actor) == true)
        {
            actor.SendSystemMessage(new Unwatch(cell.Self));
        }

        _announced?.Remove(actor);
    }

    public void AddWatcher(IInternalActorRef watcher) => (_watchedBy ??= new()).Add(watcher);

    public void RemoveWatcher(IInternalActorRef watcher) => _watchedBy?.Remove(watcher);

    /// <summary>
    /// Puts <see cref="Terminated"/> into the actor's own mailbox, behind all that the dead one had sent. Only the first
    /// notification finds the watch, hence once.
    /// </summary>
    public void Announce(IInternalActorRef dead)
    {
        if (_watching?.Remove(dead) == true)
        {
            (_announced ??= []).Add(dead);
            cell.Mailbox.Post(new Terminated(dead), dead);
        }
    }

    /// <returns>False when the watch was taken back while the message waited.</returns>
    public bool Accept(Terminated message) => _announced?.Remove(message.ActorRef) == true;

    /// <summary>The actor has ended. Its parent knows by other means.</summary>
    public void NotifyWatchersAndForget(IInternalActorRef parent)
    {
        foreach (var watcher in _watchedBy?.ToArray() ?? [])
        {
            if (!ReferenceEquals(watcher, parent))
            {
                watcher.SendSystemMessage(new DeathWatchNotification(cell.Self));
            }
        }

        foreach (var watched in _watching?.ToArray() ?? [])
        {
            watched.SendSystemMessage(new Unwatch(cell.Self));
        }

        _watching = null;
        _watchedBy = null;
        _announced = null;
    }

    private static IInternalActorRef Internal(IActorRef subject) =>
        subject as IInternalActorRef ?? throw new ArgumentException($"{subject} is not an actor of this runtime and cannot be watched");
}
