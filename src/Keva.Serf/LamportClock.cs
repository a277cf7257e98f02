namespace Keva.Serf;

/// <summary>Orders what nodes say without their clocks (Lamport 1978). Begins at 1, so that 0 is before everything.</summary>
internal sealed class LamportClock
{
    /// <summary>
    /// No cluster counts that far; who says a later time is in error or means harm, and would leave no room for any time
    /// after it.
    /// </summary>
    public const ulong Last = 1UL << 62;

    public ulong Time { get; private set; } = 1;

    public void Increment() => Time++;

    /// <summary>From here on this clock is ahead of <paramref name="seen"/>.</summary>
    public void Witness(ulong seen)
    {
        if (seen >= Time && seen < Last)
        {
            Time = seen + 1;
        }
    }

    /// <summary>What a push/pull says: the other clock itself, and not the time of a message.</summary>
    public void WitnessClock(ulong other)
    {
        if (other > 0)
        {
            Witness(other - 1);
        }
    }
}
