namespace Keva.Actors;

/// <summary>
/// An actor that says in its constructor which messages it handles. The first handler that fits, in the order of
/// declaration, gets the message.
/// </summary>
public abstract class ReceiveActor : ActorBase
{
    private ReceiveTable _behaviour = new();
    private ReceiveTable? _underConstruction;

    protected ReceiveActor() => _underConstruction = _behaviour;

    /// <exception cref="InvalidOperationException">Called outside of the constructor and of <see cref="Become"/>, or after <see cref="ReceiveAny"/>.</exception>
    protected void Receive<T>(Action<T> handler, Predicate<T>? shouldHandle = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Table.Add<T>(message =>
        {
            if (shouldHandle is not null && !shouldHandle(message))
            {
                return false;
            }

            handler(message);
            return true;
        });
    }

    /// <inheritdoc cref="Receive{T}(Action{T}, Predicate{T})"/>
    protected void Receive<T>(Predicate<T> shouldHandle, Action<T> handler) => Receive(handler, shouldHandle);

    /// <param name="handler">Returns whether it has handled the message; if not, the handlers after it are asked.</param>
    /// <inheritdoc cref="Receive{T}(Action{T}, Predicate{T})"/>
    protected void Receive<T>(Func<T, bool> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Table.Add(handler);
    }

    /// <summary>Takes all that no handler before has taken; no other may follow.</summary>
    /// <inheritdoc cref="Receive{T}(Action{T}, Predicate{T})"/>
    protected void ReceiveAny(Action<object> handler)
    {
        Receive(handler);
        Table.Close();
    }

    /// <summary>Replaces all handlers with those that <paramref name="configure"/> declares, from the next message on.</summary>
    protected void Become(Action configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _underConstruction = new ReceiveTable();
        try
        {
            configure();
            _behaviour = _underConstruction;
        }
        finally
        {
            _underConstruction = null;
        }
    }

    protected sealed override bool Receive(object message) => _behaviour.Handle(message);

    internal sealed override void ConstructionEnds() => _underConstruction = null;

    private ReceiveTable Table =>
        _underConstruction ?? throw new InvalidOperationException("Handlers are declared in the constructor or within Become.");
}
