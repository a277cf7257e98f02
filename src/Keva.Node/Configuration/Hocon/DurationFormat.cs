using System.Globalization;

namespace Keva.Node.Configuration.Hocon;

/// <summary>Times as HOCON writes them ("Duration format"): a number and a unit; without a unit, milliseconds.</summary>
public static class DurationFormat
{
    /// <param name="text">For example <c>500ms</c> or <c>1.5 s</c>.</param>
    /// <param name="duration">The time, cut to 100 ns.</param>
    /// <param name="hasUnit">Whether a unit was written.</param>
    /// <returns>False if it is not a time, or longer than .NET can say (29,000 years).</returns>
    public static bool TryParse(string text, out TimeSpan duration, out bool hasUnit)
    {
        duration = default;
        if (!UnitText.TrySplit(text, out var number, out var unit))
        {
            hasUnit = false;
            return false;
        }

        hasUnit = unit.Length > 0;
        var ticks = TicksIn(unit);
        if (ticks == 0 || Math.Abs(number) > long.MaxValue / ticks)
        {
            return false;
        }

        duration = new TimeSpan((long)(number * ticks));
        return true;
    }

    /// <summary>The shortest form that <see cref="TryParse"/> reads back as the same time.</summary>
    public static string Render(TimeSpan duration)
    {
        foreach (var unit in (ReadOnlySpan<string>)["d", "h", "m", "s", "ms", "us"])
        {
            var ticks = (long)TicksIn(unit);
            if (duration.Ticks % ticks == 0 && (duration.Ticks != 0 || string.Equals(unit, "s", StringComparison.Ordinal)))
            {
                return (duration.Ticks / ticks).ToString(CultureInfo.InvariantCulture) + unit;
            }
        }

        return ((decimal)duration.Ticks * 100).ToString(CultureInfo.InvariantCulture) + "ns";
    }

    private static decimal TicksIn(string unit) => unit switch
    {
        "ns" or "nano" or "nanos" or "nanosecond" or "nanoseconds" => 0.01m,
        "us" or "micro" or "micros" or "microsecond" or "microseconds" => TimeSpan.TicksPerMicrosecond,
        "" or "ms" or "milli" or "millis" or "millisecond" or "milliseconds" => TimeSpan.TicksPerMillisecond,
        "s" or "second" or "seconds" => TimeSpan.TicksPerSecond,
        "m" or "minute" or "minutes" => TimeSpan.TicksPerMinute,
        "h" or "hour" or "hours" => TimeSpan.TicksPerHour,
        "d" or "day" or "days" => TimeSpan.TicksPerDay,
        _ => 0,
    };
}
