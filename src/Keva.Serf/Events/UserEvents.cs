using Keva.Serf.Wire;

namespace Keva.Serf.Events;

/// <summary>
/// Events that any node may send to all. Each is delivered once at every node that is up, or that joins while the cluster
/// still remembers it; they come in no fixed order.
/// </summary>
internal sealed class UserEvents(SerfContext context)
{
    /// <summary>What name and payload may take together, and the message that carries them.</summary>
    public const int MostBytes = 512;

    /// <summary>How many Lamport times back an event is still new.</summary>
    private const int Slots = 512;

    /// <summary>Events of one time come from nodes that did not know of each other; no cluster has so many at once.</summary>
    private const int MostPerTime = 256;

    private readonly EventsAtTime?[] recent = new EventsAtTime?[Slots];
    private ulong earliest;

    public LamportClock Clock { get; } = new();

    /// <exception cref="ArgumentException">The event is too long.</exception>
    public void Send(string name, byte[] payload, bool coalesce)
    {
        var message = new UserEventMessage(Clock.Time, name, payload.Length == 0 ? null : payload, coalesce);
        var encoded = SerfEncoder.Encode(message);
        if (System.Text.Encoding.UTF8.GetByteCount(name) + payload.Length > MostBytes || encoded.Length > MostBytes)
        {
            throw new ArgumentException($"an event may take {MostBytes} bytes", nameof(payload));
        }

        Clock.Increment();
        Accept(message);
        context.Broadcasts.Events.Add(encoded);
    }

    /// <summary>Delivers the event if it is new, which is also when it is to be passed on.</summary>
    public bool Accept(UserEventMessage message)
    {
        Clock.Witness(message.LamportTime);
        if (message.LamportTime < earliest || (Clock.Time > Slots && message.LamportTime < Clock.Time - Slots))
        {
            return false;
        }

        ref var slot = ref recent[message.LamportTime % Slots];
        if (slot?.LamportTime != message.LamportTime)
        {
            slot = new EventsAtTime(message.LamportTime, new List<NamedPayload>());
        }

        var payload = message.Payload ?? [];
        var known = (List<NamedPayload>)slot.Events;
        if (known.Count >= MostPerTime || known.Exists(other => IsSame(other, message.Name, payload)))
        {
            return false;
        }

        known.Add(new NamedPayload(message.Name, message.Payload));
        context.Outbox.Add(new UserEventReceived(message.LamportTime, message.Name, payload, message.Coalesce));
        return true;
    }

    /// <summary>What others may have missed; slots that are empty are left out.</summary>
    public IReadOnlyList<EventsAtTime> Recent() => [.. recent.OfType<EventsAtTime>().OrderBy(slot => slot.LamportTime)];

    /// <summary>Takes over what this node has missed; nothing from before if that is not wanted.</summary>
    public void Merge(SerfState remote, bool ignoreOld)
    {
        Clock.WitnessClock(remote.EventLamportTime);
        if (ignoreOld && remote.EventLamportTime < LamportClock.Last)
        {
            earliest = Math.Max(earliest, remote.EventLamportTime);
        }

        foreach (var slot in remote.Events ?? [])
        {
            if (slot is null || slot.LamportTime >= LamportClock.Last)
            {
                continue;
            }

            foreach (var userEvent in slot.Events)
            {
                Accept(new UserEventMessage(slot.LamportTime, userEvent.Name, userEvent.Payload, Coalesce: false));
            }
        }
    }

    private static bool IsSame(NamedPayload known, string name, byte[] payload) =>
        string.Equals(known.Name, name, StringComparison.Ordinal) && (known.Payload ?? []).AsSpan().SequenceEqual(payload);
}
