using System.Text;

namespace Keva.Cli.Commands.Shell;

/// <summary>
/// Parts a line into words as a POSIX shell does: spaces part them, quotes and backslashes keep them together, and nothing
/// else means anything.
/// </summary>
internal static class ShellWords
{
    /// <summary>The words of a line, and what is being typed at its end.</summary>
    /// <param name="Words">All whole words, the last one too if the line ends with it.</param>
    /// <param name="LastBegin">Where the word at the line's end begins; the line's length if it ends with a space.</param>
    /// <param name="OpenQuote">The quote that is not closed; null if all are.</param>
    public sealed record Parsed(IReadOnlyList<string> Words, int LastBegin, char? OpenQuote);

    public static Parsed Part(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        char? quote = null;
        var (isInWord, begin) = (false, line.Length);
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quote is null && char.IsWhiteSpace(c))
            {
                if (isInWord)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    (isInWord, begin) = (false, line.Length);
                }

                continue;
            }

            if (!isInWord)
            {
                (isInWord, begin) = (true, i);
            }

            if (quote is null && (c is '\'' or '"'))
            {
                quote = c;
            }
            else if (c == quote)
            {
                quote = null;
            }
            else if (c == '\\' && quote != '\'' && i + 1 < line.Length && (quote is null || line[i + 1] is '"' or '\\'))
            {
                word.Append(line[++i]);
            }
            else
            {
                word.Append(c);
            }
        }

        if (isInWord)
        {
            words.Add(word.ToString());
        }

        return new Parsed(words, begin, quote);
    }

    /// <summary>So that it is parted into this one word again.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || "-_./:=@,+%".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
