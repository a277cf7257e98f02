namespace Keva.Actors;

/// <summary>Stops the actor when it comes to this message, so that those before it are still handled.</summary>
public sealed class PoisonPill
{
    private PoisonPill()
    {
    }

    public static PoisonPill Instance { get; } = new();

    public override string ToString() => "PoisonPill";
}

/// <summary>A watched actor has ended. Comes once, after all that the actor had sent to the watcher.</summary>
public sealed class Terminated
{
    internal Terminated(IActorRef actor) => ActorRef = actor;

    public IActorRef ActorRef { get; }

    public override string ToString() => $"Terminated({ActorRef.Path})";
}

/// <summary>Answers to <c>Ask</c> that stand for success and failure.</summary>
public static class Status
{
    public sealed record Success(object? Value);

    /// <summary>Makes the task of <c>Ask</c> fail with <paramref name="Cause"/>.</summary>
    public sealed record Failure(Exception Cause);
}

/// <summary>The value of a task that only tells that something is done.</summary>
public sealed class Done
{
    private Done()
    {
    }

    public static Done Instance { get; } = new();
}
