using System.Diagnostics;

namespace Keva.Tests.Fuzzing.Engine;

/// <summary>Measures what the reader itself costs, and not the checks behind it. Used by one thread.</summary>
internal sealed class FuzzMeter
{
    private long bytesAtStart;
    private long startedAt;

    /// <summary>Bytes allocated while measuring, on this thread.</summary>
    public long AllocatedBytes { get; private set; }

    public TimeSpan Elapsed { get; private set; }

    /// <summary>What is done until the result is disposed of counts.</summary>
    public Measurement Measure()
    {
        startedAt = Stopwatch.GetTimestamp();
        bytesAtStart = GC.GetAllocatedBytesForCurrentThread();
        return new Measurement(this);
    }

    public void Reset()
    {
        AllocatedBytes = 0;
        Elapsed = TimeSpan.Zero;
    }

    private void Stop()
    {
        AllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - bytesAtStart;
        Elapsed += Stopwatch.GetElapsedTime(startedAt);
    }

    internal readonly struct Measurement(FuzzMeter meter) : IDisposable
    {
        public void Dispose() => meter.Stop();
    }
}
