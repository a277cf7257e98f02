namespace Keva.Serf.Swim;

/// <summary>
/// What is still to be gossiped. Each message is sent a number of times that grows with the logarithm of the cluster's size,
/// the least often sent first, then the longest, then the newest (memberlist 0.2.2, queue.go).
/// </summary>
internal sealed class BroadcastQueue(int retransmitMultiplier, Func<int> clusterSize)
{
    private readonly SortedSet<Broadcast> queue = new(Comparer<Broadcast>.Create(Compare));
    private readonly Dictionary<string, Broadcast> bySubject = new(StringComparer.Ordinal);
    private long order;

    public int Count => queue.Count;

    /// <summary>How often a message is sent in a cluster of <paramref name="nodes"/>.</summary>
    public static int TransmitLimit(int multiplier, int nodes) => multiplier * (int)Math.Ceiling(Math.Log10(nodes + 1));

    /// <param name="message">What to gossip.</param>
    /// <param name="subject">What it is about: it takes the place of what is queued about the same. Null replaces nothing.</param>
    /// <param name="onFinished">Called when the message was sent as often as it should be, or is replaced.</param>
    public void Add(byte[] message, string? subject = null, Action? onFinished = null)
    {
        var broadcast = new Broadcast(message, subject, onFinished, order++);
        if (subject is not null)
        {
            if (bySubject.Remove(subject, out var replaced))
            {
                queue.Remove(replaced);
                replaced.OnFinished?.Invoke();
            }

            bySubject.Add(subject, broadcast);
        }

        queue.Add(broadcast);
    }

    /// <summary>
    /// Takes messages for one packet, each costing <paramref name="overhead"/> more than it is long, until
    /// <paramref name="budget"/> bytes or <paramref name="most"/> messages are used up. Each counts as sent once.
    /// </summary>
    public List<byte[]> Take(int overhead, int budget, int most)
    {
        var taken = new List<Broadcast>();
        foreach (var broadcast in queue)
        {
            if (taken.Count == most || budget <= overhead)
            {
                break;
            }

            if (broadcast.Message.Length + overhead <= budget)
            {
                budget -= broadcast.Message.Length + overhead;
                taken.Add(broadcast);
            }
        }

        var limit = TransmitLimit(retransmitMultiplier, clusterSize());
        foreach (var broadcast in taken)
        {
            CountTransmission(broadcast, limit);
        }

        return taken.ConvertAll(broadcast => broadcast.Message);
    }

    /// <summary>Drops what was sent most often already, until no more than <paramref name="most"/> are left.</summary>
    public void Prune(int most)
    {
        while (queue.Count > most)
        {
            var last = queue.Max!;
            Forget(last);
            last.OnFinished?.Invoke();
        }
    }

    private void CountTransmission(Broadcast broadcast, int limit)
    {
        queue.Remove(broadcast);
        broadcast.Transmissions++;
        if (broadcast.Transmissions < limit)
        {
            queue.Add(broadcast);
            return;
        }

        Forget(broadcast);
        broadcast.OnFinished?.Invoke();
    }

    private void Forget(Broadcast broadcast)
    {
        queue.Remove(broadcast);
        if (broadcast.Subject is { } subject && bySubject.TryGetValue(subject, out var current) && current == broadcast)
        {
            bySubject.Remove(subject);
        }
    }

    private static int Compare(Broadcast a, Broadcast b)
    {
        var byTransmissions = a.Transmissions.CompareTo(b.Transmissions);
        if (byTransmissions != 0)
        {
            return byTransmissions;
        }

        var byLength = b.Message.Length.CompareTo(a.Message.Length);
        return byLength != 0 ? byLength : b.Order.CompareTo(a.Order);
    }

    private sealed class Broadcast(byte[] message, string? subject, Action? onFinished, long order)
    {
        public byte[] Message { get; } = message;

        public string? Subject { get; } = subject;

        public Action? OnFinished { get; } = onFinished;

        public long Order { get; } = order;

        public int Transmissions { get; set; }
    }
}
