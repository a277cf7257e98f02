using System.Globalization;

namespace Keva.Node.Configuration.Hocon;

/// <summary>HOCON's "units format": white space, a number, white space, a unit made of letters, white space.</summary>
internal static class UnitText
{
    /// <summary>Longer numbers have more digits than any unit needs.</summary>
    private const int LongestNumber = 25;

    public static bool TrySplit(string text, out decimal number, out string unit)
    {
        var trimmed = text.AsSpan();
        while (!trimmed.IsEmpty && HoconText.IsWhitespace(trimmed[0]))
        {
            trimmed = trimmed[1..];
        }

        while (!trimmed.IsEmpty && HoconText.IsWhitespace(trimmed[^1]))
        {
            trimmed = trimmed[..^1];
        }

        var digits = trimmed.Length;
        while (digits > 0 && char.IsLetter(trimmed[digits - 1]))
        {
            digits--;
        }

        unit = trimmed[digits..].ToString();
        var numeric = trimmed[..digits];
        while (!numeric.IsEmpty && HoconText.IsWhitespace(numeric[^1]))
        {
            numeric = numeric[..^1];
        }

        number = 0;
        return numeric.Length is > 0 and <= LongestNumber
            && char.IsAsciiDigit(numeric[^1])
            && decimal.TryParse(numeric, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
    }
}
