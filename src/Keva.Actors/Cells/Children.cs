namespace Keva.Actors.Cells;

/// <summary>
/// The children of one actor, in the order of their creation. The actor itself changes it; the lock is for those who look
/// on from outside, and for the guardian, whose children anybody may create.
/// </summary>
internal sealed class Children
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Child>> _byName = new(StringComparer.Ordinal);
    private readonly LinkedList<Child> _inOrder = [];
    private long _namesGiven;
    private int _stopping;
    private bool _isClosed;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byName.Count;
            }
        }
    }

    /// <summary>Children that were told to stop and have not ended yet.</summary>
    public int StoppingCount
    {
        get
        {
            lock (_gate)
            {
                return _stopping;
            }
        }
    }

    /// <param name="parent">For what is said when it fails.</param>
    /// <param name="name">Checked already; none to have one given.</param>
    /// <param name="make">Makes the child for the final name.</param>
    public LocalActorRef Add(ActorPath parent, string? name, Func<string, LocalActorRef> make)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                throw new InvalidOperationException($"{parent} is stopping and cannot have new children");
            }

            var finalName = name ?? GeneratedName(_namesGiven++);
            if (_byName.ContainsKey(finalName))
            {
                throw new InvalidActorNameException($"{parent} has a child named {finalName} already");
            }

            var child = make(finalName);
            _byName.Add(finalName, _inOrder.AddLast(new Child(child)));
            return child;
        }
    }

    /// <summary>No children any more, from now on.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
        }
    }

    public Child? Find(string name)
    {
        lock (_gate)
        {
            return _byName.TryGetValue(name, out var node) ? node.Value : null;
        }
    }

    /// <summary>Finds that very child: not another one that has its name by now.</summary>
    public Child? Find(IActorRef actor) => Find(actor.Path.Name) is { } child && ReferenceEquals(child.Ref, actor) ? child : null;

    /// <summary>Does nothing for one that is no child, or no more.</summary>
    public void MarkStopping(IActorRef actor)
    {
        lock (_gate)
        {
            if (Find(actor) is { IsStopping: false } child)
            {
                child.IsStopping = true;
                _stopping++;
            }
        }
    }

    public void Remove(Child child)
    {
        lock (_gate)
        {
            if (_byName.Remove(child.Ref.Path.Name, out var node))
            {
                _inOrder.Remove(node);
                _stopping -= child.IsStopping ? 1 : 0;
            }
        }
    }

    public Child[] ToArray()
    {
        lock (_gate)
        {
            return [.. _inOrder];
        }
    }

    /// <summary>Base 64 with the low digit first behind a <c>$</c>, which no name given by hand begins with.</summary>
    private static string GeneratedName(long number)
    {
        const string Digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+~";
        Span<char> characters = stackalloc char[12];
        characters[0] = '$';
        var length = 1;
        do
        {
            characters[length++] = Digits[(int)(number & 63)];
            number >>= 6;
        }
        while (number != 0);
        return new string(characters[..length]);
    }
}

internal sealed class Child(LocalActorRef actor)
{
    public LocalActorRef Ref => actor;

    public bool IsStopping { get; set; }

    public RestartHistory History { get; } = new();
}
