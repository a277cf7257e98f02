namespace Keva.Actors;

/// <summary>A constructor or <c>PreStart</c> has thrown; by default the actor is stopped and not tried again.</summary>
public class ActorInitializationException(IActorRef? actor, string message, Exception? cause = null) : Exception(message, cause)
{
    public IActorRef? Actor { get; } = actor;
}

/// <summary>The new incarnation has thrown in its constructor or in <c>PostRestart</c>.</summary>
public sealed class PostRestartException(IActorRef actor, Exception cause, Exception originalCause)
    : ActorInitializationException(actor, $"{actor.Path} failed again while it was restarted: {cause.Message}", cause)
{
    /// <summary>What the restart was to cure.</summary>
    public Exception OriginalCause { get; } = originalCause;
}

/// <summary>The actor watched another, which has ended, and does not handle <see cref="Terminated"/>.</summary>
public sealed class DeathPactException(IActorRef deadActor) : Exception($"{deadActor.Path} was watched and has ended, and its Terminated was not handled")
{
    public IActorRef DeadActor { get; } = deadActor;
}

/// <summary>The name cannot be used, or is in use.</summary>
public sealed class InvalidActorNameException(string message) : Exception(message);

/// <summary>No answer came in time.</summary>
public sealed class AskTimeoutException(string message) : TimeoutException(message);

/// <summary>A dispatcher was asked for by a name that the system's options do not have.</summary>
public sealed class ConfigurationException(string message) : Exception(message);
