namespace Keva.Actors;

/// <summary>Anything that takes messages.</summary>
public interface ICanTell
{
    /// <summary>
    /// Puts <paramref name="message"/> into the receiver's mailbox and returns at once. Messages of one sender to one
    /// receiver arrive in order, each at most once; what cannot be delivered becomes a dead letter.
    /// </summary>
    /// <param name="message">Immutable, for sender and receiver may use it at the same time.</param>
    /// <param name="sender">Whom the receiver sees as <c>Sender</c>; none means dead letters.</param>
    void Tell(object message, IActorRef? sender);
}

/// <summary>The handle of one actor: it outlives restarts, but not the actor's end. Refs are equal when they are the same.</summary>
public interface IActorRef : ICanTell
{
    ActorPath Path { get; }
}

public static class ActorRefs
{
    /// <summary>Swallows everything; what <c>Context.Child</c> answers when there is no such child.</summary>
    public static IActorRef Nobody { get; } = new Cells.NobodyRef();

    /// <summary>No sender. It is null, as in Akka.NET.</summary>
    public static IActorRef? NoSender => null;
}

public static class ActorRefImplicitSenderExtensions
{
    /// <summary>Tells with the actor whose handler is running as the sender, or with none outside of actors.</summary>
    public static void Tell(this IActorRef receiver, object message)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        receiver.Tell(message, Cells.ActorCell.Current?.Self);
    }

    /// <summary>Passes the message on with its original sender.</summary>
    public static void Forward(this IActorRef receiver, object message)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        receiver.Tell(message, Cells.ActorCell.Current?.SenderOrNone);
    }
}
