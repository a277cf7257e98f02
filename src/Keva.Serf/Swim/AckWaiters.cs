using Keva.Serf.Wire;

namespace Keva.Serf.Swim;

/// <summary>Who waits for the answer to which ping.</summary>
internal sealed class AckWaiters
{
    private readonly Dictionary<uint, IAckWaiter> waiters = [];
    private uint lastSequenceNumber;

    public int Count => waiters.Count;

    public uint Add(IAckWaiter waiter)
    {
        lastSequenceNumber++;
        waiters[lastSequenceNumber] = waiter;
        return lastSequenceNumber;
    }

    public void Remove(uint sequenceNumber) => waiters.Remove(sequenceNumber);

    public void OnAck(AckResponse ack)
    {
        if (waiters.TryGetValue(ack.SequenceNumber, out var waiter))
        {
            waiter.OnAck(ack);
        }
    }

    public void OnNack(NackResponse nack)
    {
        if (waiters.TryGetValue(nack.SequenceNumber, out var waiter))
        {
            waiter.OnNack();
        }
    }
}

internal interface IAckWaiter
{
    void OnAck(AckResponse ack);

    void OnNack();
}
