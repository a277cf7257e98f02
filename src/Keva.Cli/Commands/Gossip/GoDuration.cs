using System.Globalization;

namespace Keva.Cli.Commands.Gossip;

/// <summary>Times as Serf's program takes them: <c>15s</c>, <c>1m30s</c>, <c>500ms</c>, <c>1.5h</c>.</summary>
internal static class GoDuration
{
    private static readonly (string Unit, double Milliseconds)[] Units = [("ms", 1), ("us", 0.001), ("µs", 0.001), ("ns", 0.000_001), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];

    /// <summary>Null if the text is no time.</summary>
    public static TimeSpan? Parse(string text)
    {
        var rest = text.AsSpan();
        double milliseconds = 0;
        if (rest.IsEmpty)
        {
            return null;
        }

        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }

            rest = rest[digits..];
            if (UnitOf(rest) is not { } unit)
            {
                return null;
            }

            milliseconds += number * unit.Milliseconds;
            rest = rest[unit.Unit.Length..];
        }

        return milliseconds <= TimeSpan.MaxValue.TotalMilliseconds / 2 ? TimeSpan.FromMilliseconds(milliseconds) : null;
    }

    private static (string Unit, double Milliseconds)? UnitOf(ReadOnlySpan<char> text)
    {
        foreach (var unit in Units)
        {
            if (text.StartsWith(unit.Unit, StringComparison.Ordinal))
            {
                return unit;
            }
        }

        return null;
    }
}
