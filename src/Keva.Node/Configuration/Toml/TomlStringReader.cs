using System.Globalization;
using System.Text;

namespace Keva.Node.Configuration.Toml;

/// <summary>Reads the four kinds of strings. Each method starts at the opening quote and stops behind the closing one.</summary>
internal static class TomlStringReader
{
    /// <summary>Reads a string in <c>"…"</c> or <c>'…'</c>, on one line: also the form of a quoted key.</summary>
    public static string ReadSingleLine(TextCursor cursor)
    {
        var start = cursor.Position;
        var quote = cursor.Peek();
        cursor.Advance();
        var text = new StringBuilder();
        while (!cursor.TryTake((char)quote))
        {
            if (cursor.AtEnd || TomlText.IsNewline(cursor))
            {
                throw new ConfigurationSyntaxException(start, $"this string is not closed: {(char)quote} is missing at the end of it");
            }

            ReadCharacter(cursor, text, escapes: quote == '"');
        }

        return text.ToString();
    }

    /// <summary>Reads a string value of any of the four kinds.</summary>
    public static TomlString Read(TextCursor cursor)
    {
        var position = cursor.Position;
        var isMultiLine = cursor.Peek(1) == cursor.Peek() && cursor.Peek(2) == cursor.Peek();
        return new TomlString(isMultiLine ? ReadMultiLine(cursor) : ReadSingleLine(cursor), position);
    }

    private static string ReadMultiLine(TextCursor cursor)
    {
        var start = cursor.Position;
        var quote = (char)cursor.Peek();
        cursor.Advance(3);
        TomlText.TryTakeNewline(cursor);
        var text = new StringBuilder();
        while (!TryClose(cursor, quote, text))
        {
            if (cursor.AtEnd)
            {
                throw new ConfigurationSyntaxException(start, $"this string is not closed: {new string(quote, 3)} is missing at the end of it");
            }

            if (TomlText.TryTakeNewline(cursor))
            {
                // The specification leaves the newline to us; one that does not depend on how the file was saved is safest.
                text.Append('\n');
            }
            else if (quote != '"' || !TrySkipEscapedLineEnd(cursor))
            {
                ReadCharacter(cursor, text, escapes: quote == '"');
            }
        }

        return text.ToString();
    }

    /// <summary>
    /// Takes a run of quotes: three close the string, and up to two before those belong to it. Fewer than three are
    /// ordinary characters.
    /// </summary>
    private static bool TryClose(TextCursor cursor, char quote, StringBuilder text)
    {
        var quotes = 0;
        while (quotes < 5 && cursor.TryTake(quote))
        {
            quotes++;
        }

        text.Append(quote, quotes >= 3 ? quotes - 3 : quotes);
        return quotes >= 3;
    }

    /// <summary>A backslash at the end of a line swallows all white space and newlines that follow.</summary>
    private static bool TrySkipEscapedLineEnd(TextCursor cursor)
    {
        if (cursor.Peek() != '\\')
        {
            return false;
        }

        var ahead = 1;
        while (cursor.Peek(ahead) is ' ' or '\t')
        {
            ahead++;
        }

        if (cursor.Peek(ahead) != '\n' && (cursor.Peek(ahead) != '\r' || cursor.Peek(ahead + 1) != '\n'))
        {
            return false;
        }

        cursor.Advance(ahead);
        while (cursor.TryTake(' ') || cursor.TryTake('\t') || TomlText.TryTakeNewline(cursor))
        {
        }

        return true;
    }

    private static void ReadCharacter(TextCursor cursor, StringBuilder text, bool escapes)
    {
        if (escapes && cursor.Peek() == '\\')
        {
            ReadEscape(cursor, text);
            return;
        }

        TomlText.RefuseControlCharacter(cursor, "a string");
        text.Append((char)cursor.Peek());
        cursor.Advance();
    }

    private static void ReadEscape(TextCursor cursor, StringBuilder text)
    {
        var start = cursor.Position;
        cursor.Advance();
        var name = cursor.Peek();
        if (name is 'u' or 'U')
        {
            cursor.Advance();
            ReadUnicodeEscape(cursor, text, name == 'u' ? 4 : 8, start);
            return;
        }

        text.Append(name switch
        {
            'b' => '\b',
            't' => '\t',
            'n' => '\n',
            'f' => '\f',
            'r' => '\r',
            '"' => '"',
            '\\' => '\\',
            _ => throw new ConfigurationSyntaxException(
                start,
                $"a backslash before {cursor.DescribeNext()} means nothing in TOML; write \\\\ for a backslash, or use single quotes"),
        });
        cursor.Advance();
    }

    private static void ReadUnicodeEscape(TextCursor cursor, StringBuilder text, int length, SourcePosition start)
    {
        var from = cursor.Offset;
        for (var i = 0; i < length; i++)
        {
            if (cursor.Peek() is not (>= 0 and < 128 and var c) || !char.IsAsciiHexDigit((char)c))
            {
                throw new ConfigurationSyntaxException(start, $"\\{(length == 4 ? 'u' : 'U')} must be followed by {length} hexadecimal digits");
            }

            cursor.Advance();
        }

        var code = uint.Parse(cursor.TextSince(from), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        if (!Rune.IsValid(code))
        {
            throw new ConfigurationSyntaxException(start, $"U+{code:X4} is not a Unicode character that can stand alone");
        }

        text.Append(new Rune(code).ToString());
    }
}
