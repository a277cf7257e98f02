using System.Globalization;
using System.Text;

namespace Keva.Node.Transport.Codec;

/// <summary>Texts of peers reach logs and terminals, so they must not control them.</summary>
internal static class PrintableText
{
    public const int MaxNameBytes = 255;
    public const int MaxAddressBytes = 300;
    private const int MaxSentenceCharacters = 1000;

    /// <summary>Notes a problem with a text that is too long or has characters that cannot be printed.</summary>
    public static void Check(string text, string name, int maxBytes, ref FieldChecks checks)
    {
        checks.Require(Encoding.UTF8.GetByteCount(text) <= maxBytes, $"the {name} is longer than {maxBytes} bytes");
        checks.Require(!text.Any(IsUnprintable), $"the {name} has characters that cannot be printed");
    }

    /// <summary>A sentence for people, fit to be logged whatever the peer wrote.</summary>
    public static string Sentence(string text)
    {
        var shortened = WholeCharacters.First(text, MaxSentenceCharacters).ToString();
        return string.Create(shortened.Length, shortened, static (characters, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                characters[i] = IsUnprintable(source[i]) ? '?' : source[i];
            }
        });
    }

    // The replacement character stands for bytes that were no UTF-8.
    private static bool IsUnprintable(char character) =>
        character == '\ufffd' || char.GetUnicodeCategory(character) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
