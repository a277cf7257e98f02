namespace Keva.Node.Configuration.Toml;

/// <summary>Reads the four kinds of dates and times (RFC 3339, section 5.6) out of a token.</summary>
internal static class TomlDateTimeReader
{
    private const string Shape =
        "a date or time must look like 1979-05-27T07:32:00Z, 1979-05-27T07:32:00, 1979-05-27 or 07:32:00";

    private const int NanosecondDigits = 9;

    /// <summary>Whether the token begins like a date or a time, so that it cannot be meant as a number.</summary>
    public static bool LooksLikeOne(ReadOnlySpan<char> token) => IsDateFirst(token) || IsTimeFirst(token);

    /// <summary>Whether the token is exactly as long as a date, so that a space and a time may follow.</summary>
    public static bool IsDateOnly(ReadOnlySpan<char> token) => token.Length == 10 && IsDateFirst(token);

    /// <exception cref="ConfigurationSyntaxException">The token is none of the four.</exception>
    public static TomlValue Read(ReadOnlySpan<char> token, SourcePosition position)
    {
        var rest = token;
        if (!IsDateFirst(token))
        {
            var onlyTime = ReadTime(ref rest, position);
            return rest.IsEmpty ? new TomlLocalTime(onlyTime, position) : throw Malformed(token, position);
        }

        var date = ReadDate(ref rest, position);
        if (rest.IsEmpty)
        {
            return new TomlLocalDate(date, position);
        }

        if (rest[0] is not ('T' or 't' or ' '))
        {
            throw Malformed(token, position);
        }

        rest = rest[1..];
        var time = ReadTime(ref rest, position);
        if (rest.IsEmpty)
        {
            return new TomlLocalDateTime(date, time, position);
        }

        var offset = ReadOffset(ref rest, position);
        return rest.IsEmpty ? new TomlOffsetDateTime(date, time, offset, position) : throw Malformed(token, position);
    }

    private static bool IsDateFirst(ReadOnlySpan<char> token) =>
        token.Length > 4 && token[4] == '-' && !token[..4].ContainsAnyExceptInRange('0', '9');

    private static bool IsTimeFirst(ReadOnlySpan<char> token) =>
        token.Length > 2 && token[2] == ':' && char.IsAsciiDigit(token[0]) && char.IsAsciiDigit(token[1]);

    private static TomlDate ReadDate(ref ReadOnlySpan<char> rest, SourcePosition position)
    {
        var year = ReadDigits(ref rest, 4, position);
        Expect(ref rest, '-', position);
        var month = ReadDigits(ref rest, 2, position);
        Expect(ref rest, '-', position);
        var day = ReadDigits(ref rest, 2, position);
        RequireRange(month, 1, 12, "month", position);
        RequireRange(day, 1, DaysInMonth(year, month), "day", position);
        return new TomlDate(year, month, day);
    }

    private static TomlTime ReadTime(ref ReadOnlySpan<char> rest, SourcePosition position)
    {
        var hour = ReadDigits(ref rest, 2, position);
        Expect(ref rest, ':', position);
        var minute = ReadDigits(ref rest, 2, position);
        Expect(ref rest, ':', position);
        var second = ReadDigits(ref rest, 2, position);
        RequireRange(hour, 0, 23, "hour", position);
        RequireRange(minute, 0, 59, "minute", position);
        RequireRange(second, 0, 60, "second", position);
        var nanosecond = 0;
        if (!rest.IsEmpty && rest[0] == '.')
        {
            rest = rest[1..];
            nanosecond = ReadFraction(ref rest, position);
        }

        return new TomlTime(hour, minute, second, nanosecond);
    }

    private static int ReadFraction(ref ReadOnlySpan<char> rest, SourcePosition position)
    {
        var nanoseconds = 0;
        var digits = 0;
        for (; digits < rest.Length && char.IsAsciiDigit(rest[digits]); digits++)
        {
            nanoseconds = digits < NanosecondDigits ? nanoseconds * 10 + (rest[digits] - '0') : nanoseconds;
        }

        if (digits == 0)
        {
            throw new ConfigurationSyntaxException(position, "digits are missing after the point of a time's seconds");
        }

        for (var i = digits; i < NanosecondDigits; i++)
        {
            nanoseconds *= 10;
        }

        rest = rest[digits..];
        return nanoseconds;
    }

    private static int ReadOffset(ref ReadOnlySpan<char> rest, SourcePosition position)
    {
        if (rest[0] is 'Z' or 'z')
        {
            rest = rest[1..];
            return 0;
        }

        var sign = rest[0] switch
        {
            '+' => 1,
            '-' => -1,
            _ => throw Malformed(rest, position),
        };
        rest = rest[1..];
        var hours = ReadDigits(ref rest, 2, position);
        Expect(ref rest, ':', position);
        var minutes = ReadDigits(ref rest, 2, position);
        RequireRange(hours, 0, 23, "offset's hour", position);
        RequireRange(minutes, 0, 59, "offset's minute", position);
        return sign * (hours * 60 + minutes);
    }

    private static int ReadDigits(ref ReadOnlySpan<char> rest, int count, SourcePosition position)
    {
        if (rest.Length < count || rest[..count].ContainsAnyExceptInRange('0', '9'))
        {
            throw new ConfigurationSyntaxException(position, Shape);
        }

        var number = 0;
        foreach (var digit in rest[..count])
        {
            number = number * 10 + (digit - '0');
        }

        rest = rest[count..];
        return number;
    }

    private static void Expect(ref ReadOnlySpan<char> rest, char expected, SourcePosition position)
    {
        if (rest.IsEmpty || rest[0] != expected)
        {
            throw new ConfigurationSyntaxException(position, Shape);
        }

        rest = rest[1..];
    }

    private static void RequireRange(int number, int min, int max, string part, SourcePosition position)
    {
        if (number < min || number > max)
        {
            throw new ConfigurationSyntaxException(position, $"the {part} must be from {min} to {max}, not {number}");
        }
    }

    private static int DaysInMonth(int year, int month)
    {
        var isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        return month switch
        {
            2 => isLeapYear ? 29 : 28,
            4 or 6 or 9 or 11 => 30,
            _ => 31,
        };
    }

    private static ConfigurationSyntaxException Malformed(ReadOnlySpan<char> token, SourcePosition position) =>
        new(position, $"'{token}' is not a date or time: {Shape}");
}
