using System.Globalization;
using System.Text;

namespace Keva.Node.Configuration.Hocon;

/// <summary>White space, comments, strings and paths: the parts that the HOCON grammar is made of.</summary>
internal static class HoconText
{
    /// <summary>The specification's "forbidden characters" of unquoted strings.</summary>
    private const string ReservedCharacters = "$\"{}[]:=,+#`^?!@*&\\";

    /// <summary>Whether it is white space; in HOCON that is more than in JSON. The end of the text is not.</summary>
    public static bool IsWhitespace(int c) => c switch
    {
        TextCursor.End => false,
        ' ' or '\t' or '\n' or '\v' or '\f' or '\r' or (>= 0x1C and <= 0x1F) or 0xFEFF => true,
        < 0x80 => false,
        _ => char.GetUnicodeCategory((char)c)
            is UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator,
    };

    /// <summary>Whether it may stand in an unquoted string (two slashes in a row may not).</summary>
    public static bool IsUnquotedCharacter(int c) =>
        c != TextCursor.End && !IsWhitespace(c) && !ReservedCharacters.Contains((char)c, StringComparison.Ordinal);

    /// <summary>Takes white space up to the end of the line.</summary>
    public static string TakeSpaces(TextCursor cursor)
    {
        var start = cursor.Offset;
        while (cursor.Peek() != '\n' && IsWhitespace(cursor.Peek()))
        {
            cursor.Advance();
        }

        return cursor.TextSince(start);
    }

    public static bool AtComment(TextCursor cursor) => cursor.Peek() == '#' || (cursor.Peek() == '/' && cursor.Peek(1) == '/');

    /// <summary>Skips white space, newlines and comments.</summary>
    /// <returns>Whether a newline was among them.</returns>
    public static bool SkipBlank(TextCursor cursor)
    {
        var newline = false;
        while (true)
        {
            TakeSpaces(cursor);
            if (AtComment(cursor))
            {
                while (!cursor.AtEnd && cursor.Peek() != '\n')
                {
                    cursor.Advance();
                }
            }

            if (!cursor.TryTake('\n'))
            {
                return newline;
            }

            newline = true;
        }
    }

    /// <summary>
    /// Takes a run of characters that may stand without quotes; empty if there is none. A plus sign belongs to it only
    /// in the exponent of a number, where JSON has it.
    /// </summary>
    public static string TakeUnquoted(TextCursor cursor)
    {
        var start = cursor.Offset;
        while (true)
        {
            var c = cursor.Peek();
            var isPlusOfExponent = c == '+'
                && cursor.Peek(1) is >= '0' and <= '9'
                && cursor.Offset > start
                && IsMantissaWithE(cursor.TextSince(start));
            if (AtComment(cursor) || (!IsUnquotedCharacter(c) && !isPlusOfExponent))
            {
                return cursor.TextSince(start);
            }

            cursor.Advance();
        }
    }

    /// <summary>Reads a string in one or three pairs of quotes; the cursor stands on the first quote.</summary>
    public static string ReadQuoted(TextCursor cursor)
    {
        var start = cursor.Position;
        if (cursor.StartsWith("\"\"\""))
        {
            return ReadTripleQuoted(cursor, start);
        }

        cursor.Advance();
        var text = new StringBuilder();
        while (!cursor.TryTake('"'))
        {
            switch (cursor.Peek())
            {
                case TextCursor.End or '\n':
                    throw new ConfigurationSyntaxException(start, "this string is not closed: \" is missing at the end of it");
                case '\\':
                    ReadEscape(cursor, text);
                    break;
                case < 0x20 and var c:
                    throw cursor.Error($"the control character U+{c:X4} is not allowed in a quoted string; write \\u{c:X4}");
                default:
                    text.Append((char)cursor.Peek());
                    cursor.Advance();
                    break;
            }
        }

        RefuseLoneSurrogates(text, start);
        return text.ToString();
    }

    /// <summary>
    /// Reads the path of a key or a substitution up to a character that cannot belong to it. Dots outside quotes
    /// separate; white space between words is kept, around the whole it is not.
    /// </summary>
    public static List<string> ReadPath(TextCursor cursor)
    {
        var start = cursor.Position;
        var elements = new List<string>();
        var element = new StringBuilder();
        var isPresent = false;
        var pendingSpace = "";
        while (true)
        {
            if (cursor.Peek() == '"')
            {
                element.Append(pendingSpace).Append(ReadQuoted(cursor));
                isPresent = true;
            }
            else if (TakeUnquoted(cursor) is { Length: > 0 } run)
            {
                element.Append(pendingSpace);
                foreach (var c in run)
                {
                    if (c != '.')
                    {
                        element.Append(c);
                        isPresent = true;
                        continue;
                    }

                    CloseElement(elements, element, isPresent, start);
                    isPresent = false;
                }
            }
            else
            {
                break;
            }

            pendingSpace = TakeSpaces(cursor);
        }

        if (elements.Count > 0 || isPresent)
        {
            CloseElement(elements, element, isPresent, start);
        }

        return elements;
    }

    private static void CloseElement(List<string> elements, StringBuilder element, bool isPresent, SourcePosition start)
    {
        if (!isPresent)
        {
            throw new ConfigurationSyntaxException(start, "a path has an empty element; if that is meant, write it as \"\"");
        }

        elements.Add(element.ToString());
        element.Clear();
    }

    private static bool IsMantissaWithE(string text) =>
        text[^1] is 'e' or 'E'
        && text.Length > 1
        && (text[0] == '-' || char.IsAsciiDigit(text[0]))
        && char.IsAsciiDigit(text[^2])
        && text.AsSpan(1, text.Length - 2).IndexOfAnyExcept("0123456789.") < 0;

    private static string ReadTripleQuoted(TextCursor cursor, SourcePosition start)
    {
        cursor.Advance(3);
        var from = cursor.Offset;
        while (!cursor.StartsWith("\"\"\""))
        {
            if (cursor.AtEnd)
            {
                throw new ConfigurationSyntaxException(start, "this string is not closed: \"\"\" is missing at the end of it");
            }

            cursor.Advance();
        }

        // Quotes before the last three belong to the string.
        while (cursor.Peek() == '"')
        {
            cursor.Advance();
        }

        return cursor.TextSince(from)[..^3];
    }

    private static void ReadEscape(TextCursor cursor, StringBuilder text)
    {
        var start = cursor.Position;
        cursor.Advance();
        if (cursor.TryTake('u'))
        {
            var from = cursor.Offset;
            for (var i = 0; i < 4; i++)
            {
                if (cursor.Peek() is not (>= 0 and < 128 and var c) || !char.IsAsciiHexDigit((char)c))
                {
                    throw new ConfigurationSyntaxException(start, "\\u must be followed by 4 hexadecimal digits");
                }

                cursor.Advance();
            }

            text.Append((char)ushort.Parse(cursor.TextSince(from), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            return;
        }

        text.Append(cursor.Peek() switch
        {
            '"' => '"',
            '\\' => '\\',
            '/' => '/',
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            _ => throw new ConfigurationSyntaxException(
                start,
                $"a backslash before {cursor.DescribeNext()} means nothing in a quoted string; write \\\\ for a backslash"),
        });
        cursor.Advance();
    }

    /// <summary>Escapes can write halves of characters, which no UTF-8 can carry; they are refused.</summary>
    private static void RefuseLoneSurrogates(StringBuilder text, SourcePosition start)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                throw new ConfigurationSyntaxException(start, $"\\u{(int)text[i]:X4} is half a character; both halves must be written");
            }
        }
    }
}
