using System.Globalization;
using Keva.Actors.Simulation;

namespace Keva.Simulator.World;

/// <summary>
/// What happened last, for the report of a failure; or, when a whole trace is wanted, all of it. Steps are kept as they
/// are and written out only when somebody wants to read them.
/// </summary>
internal sealed class TraceRing(Action<string>? writer)
{
    private const int Capacity = 4096;

    private static readonly string[] Clockwork = [" Timer(Tick { })", " Timer(LookAtCheckpoint { })", " Flush { }", " Timer(ReportDue { })"];

    private readonly (TimeSpan Time, object What)[] ring = new (TimeSpan, object)[Capacity];
    private long count;

    public void Add(in DeterministicStep step)
    {
        if (writer is not null)
        {
            writer(step.ToString());
        }

        if (step.Host is not null)
        {
            Keep(step.Time, step);
        }
    }

    public void Add(TimeSpan time, string what)
    {
        writer?.Invoke(Line(time, what));
        Keep(time, what);
    }

    /// <summary>The last <paramref name="lines"/> things that happened, oldest first, without clockwork that says nothing.</summary>
    public IEnumerable<string> Last(int lines)
    {
        var last = new Stack<string>();
        for (var i = count - 1; i >= Math.Max(0, count - Capacity) && last.Count < lines; i--)
        {
            var (time, what) = ring[i % Capacity];
            var text = what is DeterministicStep step
                ? $"{step.Host}{step.Actor?.ToStringWithoutAddress().Replace("/user/node", "", StringComparison.Ordinal)} {step.Message}"
                : (string)what;
            if (!Clockwork.Any(noise => text.EndsWith(noise, StringComparison.Ordinal)))
            {
                last.Push(Line(time, text));
            }
        }

        return last;
    }

    private static string Line(TimeSpan time, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds,10:0.000000} {what}");

    private void Keep(TimeSpan time, object what) => ring[count++ % Capacity] = (time, what);
}
