using Keva.LoadGenerator.Measuring;

namespace Keva.LoadGenerator.Loops;

/// <summary>What one thread has counted.</summary>
internal sealed class LoadCounts
{
    public LatencyHistogram Latencies { get; } = new();

    public long Requests { get; private set; }

    public long Writes { get; private set; }

    public long Errors { get; private set; }

    public string? FirstError { get; private set; }

    public void Success(bool isWrite, long nanoseconds)
    {
        Latencies.Record(nanoseconds);
        Requests++;
        Writes += isWrite ? 1 : 0;
    }

    public void Error(string what)
    {
        FirstError ??= what;
        Errors++;
    }

    public void Add(LoadCounts other)
    {
        Latencies.Add(other.Latencies);
        Requests += other.Requests;
        Writes += other.Writes;
        Errors += other.Errors;
        FirstError ??= other.FirstError;
    }
}
