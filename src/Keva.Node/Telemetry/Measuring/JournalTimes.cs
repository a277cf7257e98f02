using System.Diagnostics.Metrics;

namespace Keva.Node.Telemetry.Measuring;

/// <summary>How long the journal's transactions take, each with one synchronisation. Written by the journal's thread.</summary>
internal sealed class JournalTimes(Histogram<double> durations)
{
    private long worst;

    public void Note(TimeSpan duration)
    {
        durations.Record(duration.TotalSeconds);
        if (duration.Ticks > Volatile.Read(ref worst))
        {
            Interlocked.Exchange(ref worst, duration.Ticks);
        }
    }

    /// <summary>The longest since the last call; for one caller.</summary>
    public TimeSpan TakeWorst() => new(Interlocked.Exchange(ref worst, 0));
}
