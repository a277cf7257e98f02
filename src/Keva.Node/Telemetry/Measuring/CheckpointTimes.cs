using System.Diagnostics.Metrics;

namespace Keva.Node.Telemetry.Measuring;

/// <summary>What the checkpoint store did, in numbers. Thread-safe.</summary>
internal sealed class CheckpointTimes(Histogram<double> durations, TimeProvider clock)
{
    private readonly long startedAt = clock.GetTimestamp();
    private long writtenAt;
    private long writtenKeys;
    private long failures;
    private long failuresInRow;

    /// <summary>Passes that could not be written.</summary>
    public long Failures => Interlocked.Read(ref failures);

    /// <summary>Those since the last one that was.</summary>
    public long FailuresInRow => Interlocked.Read(ref failuresInRow);

    public long WrittenKeys => Interlocked.Read(ref writtenKeys);

    /// <summary>Time since the last pass was written, or since the start.</summary>
    public TimeSpan Age => clock.GetElapsedTime(Interlocked.Read(ref writtenAt) is var at and > 0 ? at : startedAt);

    /// <summary>Now, for <see cref="Written"/>.</summary>
    public long Timestamp() => clock.GetTimestamp();

    public void Written(long began, int keys, bool isDurable)
    {
        var now = clock.GetTimestamp();
        durations.Record(clock.GetElapsedTime(began, now).TotalSeconds);
        if (isDurable)
        {
            Interlocked.Exchange(ref writtenAt, now);
            Interlocked.Add(ref writtenKeys, keys);
            Interlocked.Exchange(ref failuresInRow, 0);
        }
        else
        {
            Interlocked.Increment(ref failures);
            Interlocked.Increment(ref failuresInRow);
        }
    }
}
