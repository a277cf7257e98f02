namespace Keva.Actors;

public interface IActorRefFactory
{
    /// <summary>Makes a child. It starts by itself, later; the ref takes messages at once.</summary>
    /// <param name="props">How to make it.</param>
    /// <param name="name">Unique among the living children; none lets the system choose (<c>$a</c>, <c>$b</c>, …).</param>
    /// <exception cref="InvalidActorNameException">The name cannot be used, or is in use.</exception>
    /// <exception cref="InvalidOperationException">The parent is stopping.</exception>
    IActorRef ActorOf(Props props, string? name = null);

    /// <summary>
    /// Stops an actor: it finishes the message at hand, then its children are stopped, then itself; what is left in its
    /// mailbox becomes dead letters. Returns at once.
    /// </summary>
    void Stop(IActorRef actor);
}

/// <summary>What an actor sees of its surroundings. To be used only while one of its handlers runs.</summary>
public interface IActorContext : IActorRefFactory
{
    IActorRef Self { get; }

    /// <summary>Who sent the message at hand; dead letters when nobody has put a name to it.</summary>
    IActorRef Sender { get; }

    IActorRef Parent { get; }

    ActorSystem System { get; }

    /// <summary>Asks for a <see cref="Terminated"/> when <paramref name="subject"/> ends, or at once when it has ended.</summary>
    IActorRef Watch(IActorRef subject);

    /// <summary>Takes <see cref="Watch"/> back, also for a <see cref="Terminated"/> that waits in the mailbox already.</summary>
    IActorRef Unwatch(IActorRef subject);

    /// <summary>The living child of that name, or <see cref="ActorRefs.Nobody"/>.</summary>
    IActorRef Child(string name);

    /// <summary>The living children, in the order of their creation.</summary>
    IEnumerable<IActorRef> GetChildren();
}
