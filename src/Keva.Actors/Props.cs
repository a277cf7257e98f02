namespace Keva.Actors;

/// <summary>How to make an actor, once for each incarnation. Immutable.</summary>
public sealed class Props
{
    private readonly Func<ActorBase> _factory;

    private Props(Func<ActorBase> factory, Type type, string? dispatcher, SupervisorStrategy? supervisorStrategy)
    {
        _factory = factory;
        Type = type;
        Dispatcher = dispatcher;
        SupervisorStrategy = supervisorStrategy;
    }

    public Type Type { get; }

    /// <summary>The name of the dispatcher, or none for the system's default.</summary>
    public string? Dispatcher { get; }

    /// <summary>How the actor supervises its children, instead of what it says itself.</summary>
    public SupervisorStrategy? SupervisorStrategy { get; }

    /// <param name="factory">Called for each incarnation. Write it as <c>() => new X(...)</c>: Akka.NET takes nothing else.</param>
    /// <param name="supervisorStrategy">How the actor supervises its children, instead of what it says itself.</param>
    public static Props Create<TActor>(Func<TActor> factory, SupervisorStrategy? supervisorStrategy = null)
        where TActor : ActorBase
    {
        ArgumentNullException.ThrowIfNull(factory);
        return new Props(factory, typeof(TActor), dispatcher: null, supervisorStrategy);
    }

    public static Props Create<TActor>()
        where TActor : ActorBase, new() => Create(() => new TActor());

    /// <param name="dispatcher">A name out of <see cref="ActorSystemOptions.Dispatchers"/>.</param>
    public Props WithDispatcher(string dispatcher) => new(_factory, Type, dispatcher, SupervisorStrategy);

    public Props WithSupervisorStrategy(SupervisorStrategy strategy) => new(_factory, Type, Dispatcher, strategy);

    internal ActorBase NewActor() => _factory();
}
