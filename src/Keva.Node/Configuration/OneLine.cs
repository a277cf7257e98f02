using System.Globalization;
using System.Text;

namespace Keva.Node.Configuration;

/// <summary>Messages quote what a file or an option says; whatever that is, the message stays one readable line.</summary>
internal static class OneLine
{
    private const int LongestMessage = 500;

    public static string Of(string message)
    {
        if (message.Length <= LongestMessage && !message.Any(char.IsControl))
        {
            return message;
        }

        var line = new StringBuilder();
        foreach (var c in WholeCharacters.First(message, LongestMessage))
        {
            if (char.IsControl(c))
            {
                line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            }
            else
            {
                line.Append(c);
            }
        }

        return message.Length > LongestMessage ? line.Append('…').ToString() : line.ToString();
    }
}
