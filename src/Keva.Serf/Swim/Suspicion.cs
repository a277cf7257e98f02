namespace Keva.Serf.Swim;

/// <summary>
/// The time that a suspect has to object (Lifeguard, local health aware suspicion): long at first, and shorter with every
/// further node that suspects it too.
/// </summary>
internal sealed class Suspicion
{
    private readonly SortedSet<string> accusers = new(StringComparer.Ordinal);
    private readonly TimeSpan least;
    private readonly TimeSpan most;
    private readonly TimeSpan start;
    private ScheduledTimer? timer;

    /// <param name="accuser">Who suspected first; that it says so again is no confirmation.</param>
    /// <param name="expectedConfirmations">As many as this make the time the least; zero if there is nobody to confirm.</param>
    /// <param name="least">The least time.</param>
    /// <param name="most">The time without any confirmation.</param>
    /// <param name="start">When the suspicion began.</param>
    public Suspicion(string accuser, int expectedConfirmations, TimeSpan least, TimeSpan most, TimeSpan start)
    {
        accusers.Add(accuser);
        ExpectedConfirmations = expectedConfirmations;
        this.least = least;
        this.most = most;
        this.start = start;
    }

    public int Confirmations => accusers.Count - 1;

    public TimeSpan Deadline => start + Timeout(Confirmations);

    /// <summary>As many as this make the time the least.</summary>
    public int ExpectedConfirmations { get; }

    /// <summary>Whether the word of this node would make the time shorter.</summary>
    public bool WantsWordOf(string accuser) => Confirmations < ExpectedConfirmations && !accusers.Contains(accuser);

    /// <summary>Whether that was news, and is worth telling others.</summary>
    public bool Confirm(string accuser) => Confirmations < ExpectedConfirmations && accusers.Add(accuser);

    public void Arm(TimerQueue timers, Action onExpired)
    {
        Cancel();
        var remaining = Deadline - timers.Now;
        timer = timers.Schedule(remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero, onExpired);
    }

    public void Cancel() => timer?.Cancel();

    /// <summary>The least time under suspicion in a cluster of <paramref name="nodes"/> (SWIM, section 4.2).</summary>
    public static TimeSpan LeastTimeout(GossipTiming timing, int nodes)
    {
        var scale = Math.Max(1.0, Math.Log10(Math.Max(1, nodes)));
        return timing.SuspicionMultiplier * (Math.Floor(scale * 1_000) / 1_000) * timing.ProbeInterval;
    }

    private TimeSpan Timeout(int confirmations)
    {
        if (ExpectedConfirmations == 0)
        {
            return least;
        }

        var fraction = Math.Log(confirmations + 1) / Math.Log(ExpectedConfirmations + 1);
        var timeout = TimeSpan.FromMilliseconds(Math.Floor((most - fraction * (most - least)).TotalMilliseconds));
        return timeout > least ? timeout : least;
    }
}
