using System.Globalization;

namespace Keva.Node.Configuration.Toml;

/// <summary>Reads integers and floats out of a token.</summary>
internal static class TomlNumberReader
{
    /// <exception cref="ConfigurationSyntaxException">The token is not a number.</exception>
    public static TomlValue Read(string token, SourcePosition position)
    {
        var unsigned = token.AsSpan(token[0] is '+' or '-' ? 1 : 0);
        if (unsigned is "inf")
        {
            return new TomlFloat(token[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity, position);
        }

        if (unsigned is "nan")
        {
            return new TomlFloat(double.NaN, position);
        }

        if (unsigned.IsEmpty || !char.IsAsciiDigit(unsigned[0]))
        {
            throw new ConfigurationSyntaxException(position, NotAValue(token));
        }

        if (unsigned.Length > 1 && unsigned[0] == '0' && char.IsAsciiLetter(unsigned[1]) && unsigned[1] is not ('e' or 'E'))
        {
            return ReadPrefixed(token, position);
        }

        return ReadDecimal(token, position);
    }

    private static string NotAValue(string token) => token switch
    {
        "True" or "TRUE" or "False" or "FALSE" => $"'{token}' must be written in lower case",
        "Inf" or "NaN" or "Infinity" => $"'{token}' is not a TOML float: write inf or nan",
        _ => $"'{token}' is not a TOML value; text must stand in quotes",
    };

    private static TomlInteger ReadPrefixed(string token, SourcePosition position)
    {
        if (token[0] is '+' or '-')
        {
            throw new ConfigurationSyntaxException(position, "a hexadecimal, octal or binary number has no sign");
        }

        var radixBits = token[1] switch
        {
            'x' => 4,
            'o' => 3,
            'b' => 1,
            _ => throw new ConfigurationSyntaxException(position, $"'{token}' is not a number: prefixes are 0x, 0o and 0b, in lower case"),
        };
        var digits = token.AsSpan(2);
        RequireDigits(digits, c => char.IsAsciiHexDigit(c) && Convert.ToInt32(c.ToString(), 16) < 1 << radixBits, token, position);
        var value = 0L;
        foreach (var c in digits)
        {
            if (c == '_')
            {
                continue;
            }

            if (value > long.MaxValue >> radixBits)
            {
                throw TooLarge(token, position);
            }

            value = (value << radixBits) | (long)Convert.ToInt32(c.ToString(), 16);
        }

        return new TomlInteger(value, position);
    }

    /// <summary>An integer, or a float: <c>integer [. digits] [e [sign] digits]</c>.</summary>
    private static TomlValue ReadDecimal(string token, SourcePosition position)
    {
        var mantissa = token.AsSpan();
        var exponentAt = token.AsSpan().IndexOfAny('e', 'E');
        if (exponentAt >= 0)
        {
            mantissa = token.AsSpan(0, exponentAt);
            var exponent = token.AsSpan(exponentAt + 1);
            RequireDigits(exponent.Length > 0 && exponent[0] is '+' or '-' ? exponent[1..] : exponent, char.IsAsciiDigit, token, position);
        }

        var point = mantissa.IndexOf('.');
        if (point >= 0)
        {
            RequireDigits(mantissa[(point + 1)..], char.IsAsciiDigit, token, position);
        }

        var whole = point >= 0 ? mantissa[..point] : mantissa;
        whole = whole[0] is '+' or '-' ? whole[1..] : whole;
        RequireDigits(whole, char.IsAsciiDigit, token, position);
        if (whole.Length > 1 && whole[0] == '0')
        {
            throw new ConfigurationSyntaxException(position, $"'{token}' must not begin with a zero");
        }

        var plain = token.Replace("_", "", StringComparison.Ordinal);
        if (point >= 0 || exponentAt >= 0)
        {
            return new TomlFloat(double.Parse(plain, NumberStyles.Float, CultureInfo.InvariantCulture), position);
        }

        return long.TryParse(plain, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)
            ? new TomlInteger(integer, position)
            : throw TooLarge(token, position);
    }

    /// <summary>One or more digits, with single underscores only between two of them.</summary>
    private static void RequireDigits(ReadOnlySpan<char> digits, Func<char, bool> isDigit, string token, SourcePosition position)
    {
        var afterDigit = false;
        foreach (var c in digits)
        {
            if (c == '_' && !afterDigit)
            {
                throw MisplacedUnderscore(token, position);
            }

            if (c != '_' && !isDigit(c))
            {
                throw new ConfigurationSyntaxException(position, $"'{token}' is not a number: '{c}' does not belong there");
            }

            afterDigit = c != '_';
        }

        if (!afterDigit)
        {
            throw digits.IsEmpty
                ? new ConfigurationSyntaxException(position, $"'{token}' is not a number: a digit is missing")
                : MisplacedUnderscore(token, position);
        }
    }

    private static ConfigurationSyntaxException MisplacedUnderscore(string token, SourcePosition position) =>
        new(position, $"'{token}' is not a number: an underscore must stand between two digits");

    private static ConfigurationSyntaxException TooLarge(string token, SourcePosition position) =>
        new(position, $"{token} does not fit into a 64-bit integer");
}
