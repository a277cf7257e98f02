namespace Keva.Node.Configuration.Toml;

/// <summary>White space, newlines, comments and keys: what every part of a TOML document is made of.</summary>
internal static class TomlText
{
    public static bool IsNewline(TextCursor cursor) =>
        cursor.Peek() == '\n' || (cursor.Peek() == '\r' && cursor.Peek(1) == '\n');

    public static bool TryTakeNewline(TextCursor cursor)
    {
        if (!IsNewline(cursor))
        {
            return false;
        }

        cursor.TryTake('\r');
        cursor.Advance();
        return true;
    }

    public static void SkipSpaces(TextCursor cursor)
    {
        while (cursor.Peek() is ' ' or '\t')
        {
            cursor.Advance();
        }
    }

    /// <summary>Skips white space, newlines and comments, as allowed inside an array.</summary>
    public static void SkipBlankLines(TextCursor cursor)
    {
        do
        {
            SkipSpaces(cursor);
            SkipComment(cursor);
        }
        while (TryTakeNewline(cursor));
    }

    public static void SkipComment(TextCursor cursor)
    {
        if (cursor.Peek() != '#')
        {
            return;
        }

        while (!cursor.AtEnd && !IsNewline(cursor))
        {
            RefuseControlCharacter(cursor, "a comment");
            cursor.Advance();
        }
    }

    /// <summary>Takes the rest of a line, on which nothing but a comment may stand.</summary>
    public static void EndLine(TextCursor cursor, string after)
    {
        SkipSpaces(cursor);
        SkipComment(cursor);
        if (!cursor.AtEnd && !TryTakeNewline(cursor))
        {
            throw cursor.Error(cursor.Peek() == '\r'
                ? "a carriage return must be followed by a line feed"
                : $"{cursor.DescribeNext()} does not belong behind {after}; a new line is needed");
        }
    }

    public static void RefuseControlCharacter(TextCursor cursor, string inside)
    {
        var c = cursor.Peek();
        if (c is (< 0x20 and not '\t') or 0x7F)
        {
            throw cursor.Error(c == '\r'
                ? "a carriage return must be followed by a line feed"
                : $"the control character U+{c:X4} is not allowed in {inside}");
        }
    }

    /// <summary>Reads a key of one or more parts: <c>a."b c".'d'</c>.</summary>
    public static List<TomlKeyPart> ReadKey(TextCursor cursor)
    {
        var parts = new List<TomlKeyPart>();
        do
        {
            SkipSpaces(cursor);
            parts.Add(ReadKeyPart(cursor));
            SkipSpaces(cursor);
        }
        while (cursor.TryTake('.'));
        return parts;
    }

    private static TomlKeyPart ReadKeyPart(TextCursor cursor)
    {
        var position = cursor.Position;
        if (cursor.Peek() is '"' or '\'')
        {
            if (cursor.Peek(1) == cursor.Peek() && cursor.Peek(2) == cursor.Peek())
            {
                throw cursor.Error("a key cannot be a multi-line string");
            }

            return new TomlKeyPart(TomlStringReader.ReadSingleLine(cursor), position);
        }

        var start = cursor.Offset;
        while (IsBareKeyCharacter(cursor.Peek()))
        {
            cursor.Advance();
        }

        return cursor.Offset > start
            ? new TomlKeyPart(cursor.TextSince(start), position)
            : throw cursor.Error(
                $"a key must stand here, not {cursor.DescribeNext()}; keys of other characters than A-Z a-z 0-9 _ - need quotes");
    }

    private static bool IsBareKeyCharacter(int c) => c is >= 0 and < 128 && (char.IsAsciiLetterOrDigit((char)c) || c is '_' or '-');
}

/// <summary>One part of a dotted key, without its quotes.</summary>
internal readonly record struct TomlKeyPart(string Name, SourcePosition Position);
