using System.Globalization;

namespace Keva.Node.Configuration.Toml;

/// <summary>A day of the proleptic Gregorian calendar, year 0 included (RFC 3339 has it, .NET's types do not).</summary>
public readonly record struct TomlDate(int Year, int Month, int Day)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Year:D4}-{Month:D2}-{Day:D2}");
}

/// <summary>A time of day. The second may be 60, for leap seconds. Digits past nanoseconds are cut off.</summary>
public readonly record struct TomlTime(int Hour, int Minute, int Second, int Nanosecond)
{
    public override string ToString()
    {
        var seconds = string.Create(CultureInfo.InvariantCulture, $"{Hour:D2}:{Minute:D2}:{Second:D2}");
        return Nanosecond == 0
            ? seconds
            : seconds + "." + Nanosecond.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');
    }
}

public sealed class TomlOffsetDateTime(TomlDate date, TomlTime time, int offsetMinutes, SourcePosition position)
    : TomlValue(position)
{
    public TomlDate Date { get; } = date;

    public TomlTime Time { get; } = time;

    /// <summary>Minutes east of UTC.</summary>
    public int OffsetMinutes { get; } = offsetMinutes;

    public override string KindName => "an offset date-time";

    public override string ToString()
    {
        if (OffsetMinutes == 0)
        {
            return $"{Date}T{Time}Z";
        }

        var (hours, minutes) = Math.DivRem(Math.Abs(OffsetMinutes), 60);
        return string.Create(CultureInfo.InvariantCulture, $"{Date}T{Time}{(OffsetMinutes < 0 ? '-' : '+')}{hours:D2}:{minutes:D2}");
    }
}

public sealed class TomlLocalDateTime(TomlDate date, TomlTime time, SourcePosition position) : TomlValue(position)
{
    public TomlDate Date { get; } = date;

    public TomlTime Time { get; } = time;

    public override string KindName => "a local date-time";

    public override string ToString() => $"{Date}T{Time}";
}

public sealed class TomlLocalDate(TomlDate date, SourcePosition position) : TomlValue(position)
{
    public TomlDate Date { get; } = date;

    public override string KindName => "a local date";

    public override string ToString() => Date.ToString();
}

public sealed class TomlLocalTime(TomlTime time, SourcePosition position) : TomlValue(position)
{
    public TomlTime Time { get; } = time;

    public override string KindName => "a local time";

    public override string ToString() => Time.ToString();
}
