using System.Globalization;
using System.Numerics;

namespace Keva.Node;

/// <summary>
/// Numbers that people and peers write. The parsers of the base library let zero characters follow a number; here a text
/// is a number or it is none.
/// </summary>
internal static class NumberText
{
    public static bool TryParse<T>(ReadOnlySpan<char> text, NumberStyles style, out T number)
        where T : struct, INumberBase<T>
    {
        number = default;
        return !text.EndsWith('\0') && T.TryParse(text, style, CultureInfo.InvariantCulture, out number);
    }
}
