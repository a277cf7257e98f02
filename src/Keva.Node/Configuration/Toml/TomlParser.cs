using System.Text;

namespace Keva.Node.Configuration.Toml;

/// <summary>
/// Reads TOML 1.0 (https://toml.io/en/v1.0.0), all of it. Work and memory are linear in the length of the document,
/// and nesting is bounded, so that no document can hang the program or exhaust its stack.
/// </summary>
public sealed class TomlParser
{
    /// <summary>Most levels of tables and arrays inside one another. The specification sets no limit.</summary>
    public const int MaxDepth = 128;

    private readonly TextCursor _cursor;
    private readonly TomlTable _root;

    private TomlParser(TextCursor cursor)
    {
        _cursor = cursor;
        _root = new TomlTable(cursor.Position, TomlTableDefinition.Header);
    }

    /// <summary>Reads a whole document.</summary>
    /// <param name="file">How messages and positions name it.</param>
    /// <param name="utf8">Its bytes; a byte order mark is skipped.</param>
    /// <exception cref="ConfigurationSyntaxException">The document is not valid.</exception>
    public static TomlTable Parse(string file, ReadOnlySpan<byte> utf8) => new TomlParser(TextCursor.Over(file, utf8)).ParseDocument();

    /// <inheritdoc cref="Parse(string, ReadOnlySpan{byte})"/>
    public static TomlTable Parse(string file, string text) => Parse(file, Encoding.UTF8.GetBytes(text));

    private TomlTable ParseDocument()
    {
        var section = new Section(_root, Depth: 0);
        while (!_cursor.AtEnd)
        {
            TomlText.SkipSpaces(_cursor);
            if (_cursor.Peek() == '[')
            {
                section = ParseHeader();
                TomlText.EndLine(_cursor, "a table's header");
            }
            else if (_cursor.Peek() is not ('#' or '\r' or '\n' or TextCursor.End))
            {
                ParseKeyValue(section.Table, section.Depth);
                TomlText.EndLine(_cursor, "a value");
            }
            else
            {
                TomlText.EndLine(_cursor, "white space");
            }
        }

        return _root;
    }

    private Section ParseHeader()
    {
        var position = _cursor.Position;
        _cursor.Advance();
        var isArray = _cursor.TryTake('[');
        var key = TomlText.ReadKey(_cursor);
        if (!_cursor.TryTake(']') || (isArray && !_cursor.TryTake(']')))
        {
            throw _cursor.Error($"{(isArray ? "]]" : "]")} must close the table's header here, not {_cursor.DescribeNext()}");
        }

        // An array of tables is two levels: the array and the table in it.
        RequireDepth(2 * key.Count, position);
        var table = isArray
            ? TomlDefinitions.OpenArrayElement(_root, key, position)
            : TomlDefinitions.OpenTable(_root, key, position);
        return new Section(table, 2 * key.Count);
    }

    private void ParseKeyValue(TomlTable table, int depth)
    {
        var key = TomlText.ReadKey(_cursor);
        if (!_cursor.TryTake('='))
        {
            throw _cursor.Error($"= must follow the key '{key[^1].Name}' here, not {_cursor.DescribeNext()}");
        }

        TomlText.SkipSpaces(_cursor);
        var innermost = depth + key.Count;
        RequireDepth(innermost, key[0].Position);
        TomlDefinitions.Define(table, key, ParseValue(innermost));
    }

    private TomlValue ParseValue(int depth) => _cursor.Peek() switch
    {
        '"' or '\'' => TomlStringReader.Read(_cursor),
        '[' => ParseArray(depth + 1),
        '{' => ParseInlineTable(depth + 1),
        _ => ParseToken(),
    };

    private TomlArray ParseArray(int depth)
    {
        var array = new TomlArray(_cursor.Position, isOfTables: false);
        RequireDepth(depth, array.Position);
        _cursor.Advance();
        TomlText.SkipBlankLines(_cursor);
        while (!_cursor.TryTake(']'))
        {
            if (_cursor.AtEnd)
            {
                throw NotClosed(array, ']');
            }

            array.Add(ParseValue(depth));
            TomlText.SkipBlankLines(_cursor);
            if (_cursor.TryTake(','))
            {
                TomlText.SkipBlankLines(_cursor);
            }
            else if (_cursor.Peek() != ']')
            {
                throw _cursor.AtEnd ? NotClosed(array, ']') : _cursor.Error($", or ] must follow an array's value, not {_cursor.DescribeNext()}");
            }
        }

        return array;
    }

    private TomlTable ParseInlineTable(int depth)
    {
        var table = new TomlTable(_cursor.Position, TomlTableDefinition.Header);
        RequireDepth(depth, table.Position);
        _cursor.Advance();
        TomlText.SkipSpaces(_cursor);
        if (!_cursor.TryTake('}'))
        {
            do
            {
                TomlText.SkipSpaces(_cursor);
                RequireMember(table);
                ParseKeyValue(table, depth);
                TomlText.SkipSpaces(_cursor);
            }
            while (_cursor.TryTake(','));
            if (!_cursor.TryTake('}'))
            {
                throw _cursor.AtEnd || TomlText.IsNewline(_cursor) || _cursor.Peek() == '#'
                    ? NotClosed(table, '}')
                    : _cursor.Error($", or }} must follow an inline table's value, not {_cursor.DescribeNext()}");
            }
        }

        table.Definition = TomlTableDefinition.Inline;
        return table;
    }

    private void RequireMember(TomlTable table)
    {
        if (_cursor.Peek() == '}')
        {
            throw _cursor.Error("an inline table must not end with a comma");
        }

        if (_cursor.AtEnd || TomlText.IsNewline(_cursor) || _cursor.Peek() == '#')
        {
            throw NotClosed(table, '}');
        }
    }

    /// <summary>Reads a boolean, number, date or time: all that is neither quoted nor bracketed.</summary>
    private TomlValue ParseToken()
    {
        var position = _cursor.Position;
        var start = _cursor.Offset;
        SkipTokenCharacters();
        if (_cursor.Offset == start)
        {
            throw _cursor.Error($"a value must stand here, not {_cursor.DescribeNext()}");
        }

        if (TomlDateTimeReader.IsDateOnly(_cursor.TextSince(start))
            && _cursor.Peek() == ' ' && _cursor.Peek(1) is >= '0' and <= '9')
        {
            _cursor.Advance();
            SkipTokenCharacters();
        }

        var token = _cursor.TextSince(start);
        return token switch
        {
            "true" => new TomlBoolean(true, position),
            "false" => new TomlBoolean(false, position),
            _ when TomlDateTimeReader.LooksLikeOne(token) => TomlDateTimeReader.Read(token, position),
            _ => TomlNumberReader.Read(token, position),
        };
    }

    private void SkipTokenCharacters()
    {
        while (_cursor.Peek() is >= 0 and < 128 and var c && (char.IsAsciiLetterOrDigit((char)c) || c is '+' or '-' or '_' or '.' or ':'))
        {
            _cursor.Advance();
        }
    }

    private static void RequireDepth(int depth, SourcePosition position)
    {
        if (depth > MaxDepth)
        {
            throw new ConfigurationSyntaxException(position, $"tables and arrays are nested more than {MaxDepth} levels deep here");
        }
    }

    private static ConfigurationSyntaxException NotClosed(TomlValue value, char closing) => new(
        value.Position,
        closing == ']' ? "this array is not closed: ] is missing" : "this inline table is not closed on its line: } is missing");

    /// <summary>Where key/value pairs go until the next header.</summary>
    private readonly record struct Section(TomlTable Table, int Depth);
}
