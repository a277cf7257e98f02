using System.Diagnostics;

namespace Keva.LoadGenerator.Loops;

/// <summary>The time within which answers count, in ticks of <see cref="Stopwatch"/>.</summary>
internal readonly record struct MeasuringWindow(long Begin, long End)
{
    public double Seconds => (End - Begin) / (double)Stopwatch.Frequency;

    public static MeasuringWindow After(double warmUpSeconds, double seconds)
    {
        var begin = Stopwatch.GetTimestamp() + Ticks(warmUpSeconds);
        return new MeasuringWindow(begin, begin + Ticks(seconds));
    }

    public bool Contains(long moment) => moment >= Begin && moment < End;

    public void WaitForBegin() => WaitFor(Begin);

    public void WaitForEnd() => WaitFor(End);

    private static void WaitFor(long moment)
    {
        var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), moment);
        if (left > TimeSpan.Zero)
        {
            Thread.Sleep(left);
        }
    }

    private static long Ticks(double seconds) => (long)(seconds * Stopwatch.Frequency);
}
