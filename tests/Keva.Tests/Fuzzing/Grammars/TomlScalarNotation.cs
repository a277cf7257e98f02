using System.Globalization;
using System.Text;
using Keva.Node.Configuration.Toml;
using Keva.Tests.Fuzzing.Engine;

namespace Keva.Tests.Fuzzing.Grammars;

/// <summary>Strings in four notations, integers in four bases, floats, dates and times in all their spellings.</summary>
internal sealed class TomlScalarNotation(FuzzRandom random, string newline)
{
    public string Write(TomlValue value) => value switch
    {
        TomlString text => random.OneIn(3) ? WriteOnLines(text.Value) : WriteOnOneLine(text.Value),
        TomlInteger integer => WriteInteger(integer.Value),
        TomlFloat number => WriteFloat(number.Value),
        TomlBoolean truth => truth.Value ? "true" : "false",
        TomlLocalDate date => date.ToString(),
        TomlLocalTime time => WriteTime(time.Time),
        TomlLocalDateTime local => $"{local.Date}{Separator()}{WriteTime(local.Time)}",
        TomlOffsetDateTime offset => $"{offset.Date}{Separator()}{WriteTime(offset.Time)}{WriteOffset(offset.OffsetMinutes)}",
        _ => throw new ArgumentException("not a scalar", nameof(value)),
    };

    /// <summary>In double or single quotes: also the form of a key.</summary>
    public string WriteOnOneLine(string value)
    {
        var canBeLiteral = !value.Contains('\'', StringComparison.Ordinal) && !value.Any(c => c is (< ' ' and not '\t') or '\u007f');
        if (canBeLiteral && random.OneIn(2))
        {
            return $"'{value}'";
        }

        var text = new StringBuilder("\"");
        foreach (var rune in value.EnumerateRunes())
        {
            text.Append(rune.Value is '"' or '\\' or (< ' ' and not '\t') or 0x7f || random.OneIn(8) ? Escape(rune) : rune.ToString());
        }

        return text.Append('"').ToString();
    }

    private string WriteOnLines(string value)
    {
        var canBeLiteral = !value.Contains("'''", StringComparison.Ordinal) && !value.Any(c => c is (< ' ' and not ('\t' or '\n')) or '\u007f');
        var opening = value.StartsWith('\n') || random.OneIn(2) ? newline : "";
        if (canBeLiteral && random.OneIn(2))
        {
            return $"'''{opening}{value.Replace("\n", newline, StringComparison.Ordinal)}'''";
        }

        var text = new StringBuilder("\"\"\"").Append(opening);
        var quotes = 0;
        foreach (var rune in value.EnumerateRunes())
        {
            if (random.OneIn(12) && !IsSpace(rune))
            {
                text.Append('\\').Append(random.Pick(["", " ", "\t "])).Append(newline).Append(random.Pick(["", "  ", newline + "\t"]));
                quotes = 0;
            }

            var isRawQuote = rune.Value == '"' && quotes < 2 && random.OneIn(2);
            quotes = isRawQuote ? quotes + 1 : 0;
            text.Append(rune.Value switch
            {
                '\n' when random.OneIn(2) => newline,
                '"' when isRawQuote => "\"",
                '"' or '\\' or (< ' ' and not '\t') or 0x7f => Escape(rune),
                _ => rune.ToString(),
            });
        }

        return text.Append("\"\"\"").ToString();
    }

    // A line end that is escaped takes the white space behind it along.
    private static bool IsSpace(Rune rune) => rune.Value is ' ' or '\t' or '\n';

    private string Escape(Rune rune)
    {
        var name = rune.Value switch
        {
            '\b' => "\\b",
            '\t' => "\\t",
            '\n' => "\\n",
            '\f' => "\\f",
            '\r' => "\\r",
            '"' => "\\\"",
            '\\' => "\\\\",
            _ => null,
        };
        return name is not null && random.OneIn(2)
            ? name
            : rune.Value <= 0xffff && random.OneIn(2)
                ? "\\u" + rune.Value.ToString(random.OneIn(2) ? "x4" : "X4", CultureInfo.InvariantCulture)
                : "\\U" + rune.Value.ToString("x8", CultureInfo.InvariantCulture);
    }

    private string WriteInteger(long value)
    {
        if (value >= 0 && random.OneIn(3))
        {
            return random.Below(3) switch
            {
                0 => "0x" + Underscored(Zeros() + value.ToString(random.OneIn(2) ? "x" : "X", CultureInfo.InvariantCulture)),
                1 => "0o" + Underscored(Zeros() + Convert.ToString(value, 8)),
                _ => "0b" + Underscored(Zeros() + value.ToString("b", CultureInfo.InvariantCulture)),
            };
        }

        var digits = value.ToString(CultureInfo.InvariantCulture);
        return digits[0] == '-' ? "-" + Underscored(digits[1..]) : random.Pick(["", "", value == 0 ? "-" : "+"]) + Underscored(digits);
    }

    private string Zeros() => new('0', random.OneIn(3) ? random.Below(4) : 0);

    private string WriteFloat(double value)
    {
        if (double.IsNaN(value))
        {
            return random.Pick(["nan", "+nan", "-nan"]);
        }

        if (double.IsInfinity(value))
        {
            return value < 0 ? "-inf" : random.Pick(["inf", "+inf"]);
        }

        var text = random.OneIn(3) ? value.ToString("E16", CultureInfo.InvariantCulture) : value.ToString("R", CultureInfo.InvariantCulture);
        text = text.AsSpan().ContainsAny('.', 'E') ? text : text + random.Pick([".0", "e0", "E+00", ".000"]);
        return random.OneIn(2) ? text.Replace('E', 'e') : text;
    }

    private string Underscored(string digits) =>
        string.Concat(digits.Select((digit, i) => i > 0 && random.OneIn(5) ? $"_{digit}" : digit.ToString()));

    private string WriteTime(TomlTime time)
    {
        var text = time.ToString();
        return !random.OneIn(3) ? text : time.Nanosecond == 0 ? text + ".000" : text.PadRight("00:00:00.123456789".Length, '0') + "9999";
    }

    private string WriteOffset(int minutes)
    {
        if (minutes == 0)
        {
            return random.Pick(["Z", "z", "+00:00", "-00:00"]);
        }

        var (hours, rest) = Math.DivRem(Math.Abs(minutes), 60);
        return string.Create(CultureInfo.InvariantCulture, $"{(minutes < 0 ? '-' : '+')}{hours:D2}:{rest:D2}");
    }

    private string Separator() => random.Pick(["T", "t", " "]);
}
