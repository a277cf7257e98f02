using System.Globalization;

namespace Keva.Node.Configuration.Hocon;

/// <summary>Sizes as HOCON writes them ("Size in bytes format"): a number and a unit; without a unit, bytes.</summary>
public static class ByteSizeFormat
{
    private const string Prefixes = "kMGTPEZY";

    private static readonly string[] DecimalNames = ["kilo", "mega", "giga", "tera", "peta", "exa", "zetta", "yotta"];
    private static readonly string[] BinaryNames = ["kibi", "mebi", "gibi", "tebi", "pebi", "exbi", "zebi", "yobi"];

    /// <param name="text">For example <c>64KiB</c> or <c>1.5 MB</c>.</param>
    /// <param name="bytes">The size.</param>
    /// <param name="hasUnit">Whether a unit was written.</param>
    /// <returns>False if it is not a size, not a whole number of bytes, or does not fit into 64 bits.</returns>
    public static bool TryParse(string text, out long bytes, out bool hasUnit)
    {
        bytes = 0;
        if (!UnitText.TrySplit(text, out var number, out var unit))
        {
            hasUnit = false;
            return false;
        }

        hasUnit = unit.Length > 0;
        var factor = BytesIn(unit);
        if (factor == 0 || Math.Abs(number) > long.MaxValue / factor || number * factor % 1 != 0)
        {
            return false;
        }

        bytes = (long)(number * factor);
        return true;
    }

    /// <summary>The shortest form in powers of two that <see cref="TryParse"/> reads back as the same size.</summary>
    public static string Render(long bytes)
    {
        for (var power = 6; power > 0; power--)
        {
            var factor = 1L << (10 * power);
            if (bytes != 0 && bytes % factor == 0)
            {
                var prefix = char.ToUpperInvariant(Prefixes[power - 1]);
                return string.Create(CultureInfo.InvariantCulture, $"{bytes / factor}{prefix}iB");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes}B");
    }

    /// <summary>Zero if there is no such unit. Decimal holds all powers up to yobi exactly.</summary>
    private static decimal BytesIn(string unit)
    {
        if (unit is "" or "B" or "b" or "byte" or "bytes")
        {
            return 1;
        }

        for (var i = 0; i < Prefixes.Length; i++)
        {
            var small = Prefixes[i];
            var capital = char.ToUpperInvariant(small);
            if (unit == $"{small}B" || unit == DecimalNames[i] + "byte" || unit == DecimalNames[i] + "bytes")
            {
                return Power(1000, i + 1);
            }

            if (unit == $"{capital}" || unit == $"{char.ToLowerInvariant(small)}" || unit == $"{capital}i" || unit == $"{capital}iB"
                || unit == BinaryNames[i] + "byte" || unit == BinaryNames[i] + "bytes")
            {
                return Power(1024, i + 1);
            }
        }

        return 0;
    }

    private static decimal Power(decimal factor, int exponent)
    {
        var power = 1m;
        for (var i = 0; i < exponent; i++)
        {
            power *= factor;
        }

        return power;
    }
}
