namespace Keva.Node.Telemetry.Measuring;

/// <summary>
/// Knows how full the disk is without ever waiting for it: the question is put on a thread of its own, and until that has an
/// answer the last one counts.
/// </summary>
/// <param name="ask">Asks; may take long.</param>
/// <param name="clock">Monotonic time.</param>
internal sealed class DiskGauge(Func<DiskUsage?> ask, TimeProvider clock)
{
    private volatile DiskUsage? latest;
    private long askedAt;
    private int isAsking;

    /// <summary>The last answer; null before the first.</summary>
    public DiskUsage? Latest => latest;

    /// <summary>How long the question that is open has been open; zero if none is.</summary>
    public TimeSpan Silence => Volatile.Read(ref isAsking) == 1 ? clock.GetElapsedTime(Interlocked.Read(ref askedAt)) : TimeSpan.Zero;

    /// <summary>Asks again, unless the last question is still open.</summary>
    public void Refresh()
    {
        if (Interlocked.CompareExchange(ref isAsking, 1, 0) == 0)
        {
            Interlocked.Exchange(ref askedAt, clock.GetTimestamp());
            ThreadPool.UnsafeQueueUserWorkItem(static gauge => gauge.Ask(), this, preferLocal: false);
        }
    }

    private void Ask()
    {
        latest = ask() ?? latest;
        Volatile.Write(ref isAsking, 0);
    }
}
