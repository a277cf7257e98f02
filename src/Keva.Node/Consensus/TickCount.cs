namespace Keva.Node.Consensus;

/// <summary>
/// Counts the ticks of consensus by the time, when something happens, and not one by one by a timer: a node that nobody asks for
/// anything is to sleep until the next tick that does something.
/// </summary>
/// <param name="interval">The length of a tick.</param>
/// <param name="now">Monotonic time since some fixed moment; counting begins then.</param>
internal sealed class TickCount(TimeSpan interval, TimeSpan now)
{
    private TimeSpan last = now;
    private int planned = 1;

    /// <summary>When the planned tick is, on the clock that the times come from.</summary>
    public TimeSpan PlannedFor => last + (planned * interval);

    /// <summary>Nothing that ticks do is due before this many of them; the last of them must be taken at <see cref="PlannedFor"/>.</summary>
    public void Plan(int ticks) => planned = Math.Max(1, ticks);

    /// <summary>
    /// The ticks since the last call. Never more than were planned for: whoever comes later than that stood still, and what
    /// happened meanwhile still waits to be heard; an election must not begin before it was.
    /// </summary>
    public int Take(TimeSpan now)
    {
        var passed = (now - last).Ticks / interval.Ticks;
        if (passed <= 0)
        {
            return 0;
        }

        last += TimeSpan.FromTicks(passed * interval.Ticks);
        var taken = (int)Math.Min(passed, planned);
        planned = Math.Max(1, planned - taken);
        return taken;
    }
}
