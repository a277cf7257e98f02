namespace Keva.Actors;

/// <summary>
/// The handlers of one behaviour in the order of their declaration, and for each type of message seen so far those that
/// can take it: a message costs one look-up, however many handlers there are.
/// </summary>
internal sealed class ReceiveTable
{
    private readonly List<(Type Type, Func<object, bool> Handle)> _declared = [];
    private readonly Dictionary<Type, Func<object, bool>[]> _byMessageType = [];
    private bool _closed;

    public void Add<T>(Func<T, bool> handle)
    {
        if (_closed)
        {
            throw new InvalidOperationException("A handler after ReceiveAny would never be asked.");
        }

        _declared.Add((typeof(T), handle as Func<object, bool> ?? (message => handle((T)message))));
    }

    public void Close() => _closed = true;

    public bool Handle(object message)
    {
        if (!_byMessageType.TryGetValue(message.GetType(), out var handlers))
        {
            handlers = FindHandlers(message.GetType());
            _byMessageType.Add(message.GetType(), handlers);
        }

        foreach (var handle in handlers)
        {
            if (handle(message))
            {
                return true;
            }
        }

        return false;
    }

    // By itself, so that its closure is made for a new type only and not for every message.
    private Func<object, bool>[] FindHandlers(Type messageType) =>
        [.. _declared.Where(declared => declared.Type.IsAssignableFrom(messageType)).Select(declared => declared.Handle)];
}
