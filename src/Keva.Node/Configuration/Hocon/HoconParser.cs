namespace Keva.Node.Configuration.Hocon;

/// <summary>Parses one file into nodes; merging across substitutions and looking up is <see cref="HoconResolver"/>'s.</summary>
internal sealed class HoconParser
{
    private readonly TextCursor _cursor;
    private readonly HoconSource _source;
    private readonly HoconIncludes _includes;
    private readonly IReadOnlyList<string> _includedAt;

    private HoconParser(HoconSource source, HoconIncludes includes, IReadOnlyList<string> includedAt)
    {
        _cursor = TextCursor.Over(source.Name, source.Utf8.Span);
        _source = source;
        _includes = includes;
        _includedAt = includedAt;
    }

    /// <summary>Parses a file that stands at the root, or that is included at <paramref name="includedAt"/>.</summary>
    public static ObjectNode Parse(HoconSource source, HoconIncludes includes, IReadOnlyList<string>? includedAt = null) =>
        new HoconParser(source, includes, includedAt ?? []).ParseFile();

    private ObjectNode ParseFile()
    {
        HoconText.SkipBlank(_cursor);
        var root = new ObjectNode(_cursor.Position);
        if (_cursor.Peek() == '[')
        {
            throw _cursor.Error("this file holds an array; settings need an object");
        }

        var place = new Place([], IsAddressable: true, Depth: 0);
        if (_cursor.TryTake('{'))
        {
            ParseFields(root, place, isClosedByBrace: true);
            HoconText.SkipBlank(_cursor);
            if (!_cursor.AtEnd)
            {
                throw _cursor.Error($"nothing can follow the closing brace of the file, but {_cursor.DescribeNext()} does");
            }
        }
        else
        {
            ParseFields(root, place, isClosedByBrace: false);
        }

        return root;
    }

    /// <summary>Parses fields and includes up to and including the closing brace, or to the end of the file.</summary>
    private void ParseFields(ObjectNode target, Place place, bool isClosedByBrace)
    {
        HoconText.SkipBlank(_cursor);
        while (!TryEndFields(target, isClosedByBrace))
        {
            ParseField(target, place);
            var isSeparated = HoconText.SkipBlank(_cursor);
            if (_cursor.TryTake(','))
            {
                isSeparated = true;
                HoconText.SkipBlank(_cursor);
            }

            if (!isSeparated && !_cursor.AtEnd && _cursor.Peek() != '}')
            {
                throw _cursor.Error($"a comma or a new line must separate fields; {_cursor.DescribeNext()} stands here");
            }
        }
    }

    private bool TryEndFields(ObjectNode target, bool isClosedByBrace)
    {
        if (_cursor.AtEnd)
        {
            return !isClosedByBrace ? true : throw new ConfigurationSyntaxException(target.Position, "this object is not closed: } is missing");
        }

        if (_cursor.Peek() == '}' && !isClosedByBrace)
        {
            throw _cursor.Error("this } closes nothing");
        }

        return _cursor.TryTake('}');
    }

    private void ParseField(ObjectNode target, Place place)
    {
        var position = _cursor.Position;
        if (AtInclude())
        {
            ParseInclude(target, place);
            return;
        }

        var path = HoconText.ReadPath(_cursor);
        if (path.Count == 0)
        {
            throw _cursor.Error(_cursor.Peek() switch
            {
                ',' => "a comma stands where a key belongs",
                '$' => "a key cannot be a substitution",
                _ => $"a key must stand here, not {_cursor.DescribeNext()}; put it in quotes if it is meant as one",
            });
        }

        var inner = place.Below(path);
        RequireDepth(inner.Depth, position);
        HoconText.SkipBlank(_cursor);
        var isAppend = _cursor.StartsWith("+=");
        if (isAppend)
        {
            _cursor.Advance(2);
        }
        else if (!_cursor.TryTake('=') && !_cursor.TryTake(':') && _cursor.Peek() != '{')
        {
            throw new ConfigurationSyntaxException(
                position,
                $"= must follow the key '{HoconPath.Render(path)}', not {_cursor.DescribeNext()}");
        }

        HoconText.SkipBlank(_cursor);
        var value = ParseValue(isAppend ? inner.InsideArray() : inner, $"the key '{HoconPath.Render(path)}'");
        for (var i = 0; i < path.Count - 1; i++)
        {
            target = target.OpenChild(path[i], position);
        }

        target.Assign(path[^1], isAppend ? new AppendNode(value.Position, value) : value);
    }

    private HoconNode ParseValue(Place place, string owner)
    {
        var position = _cursor.Position;
        var pieces = new List<ConcatenationPiece>();
        while (true)
        {
            var space = HoconText.TakeSpaces(_cursor);
            if (ParsePiece(place) is not { } piece)
            {
                break;
            }

            pieces.Add(new ConcatenationPiece(pieces.Count == 0 ? "" : space, piece));
        }

        if (!_cursor.AtEnd && _cursor.Peek() is not ('\n' or ',' or '}' or ']') && !HoconText.AtComment(_cursor))
        {
            throw _cursor.Error($"{_cursor.DescribeNext()} must stand in quotes to be part of a value");
        }

        return pieces.Count switch
        {
            0 => throw new ConfigurationSyntaxException(position, $"{owner} has no value"),
            1 => pieces[0].Node,
            _ when pieces.TrueForAll(piece => piece.Node is ScalarNode) => Join(pieces, position),
            _ => new ConcatenationNode(position, pieces),
        };
    }

    private static ScalarNode Join(List<ConcatenationPiece> pieces, SourcePosition position)
    {
        var text = string.Concat(pieces.Select(piece => piece.Space + ((ScalarNode)piece.Node).Value.Text));
        return new ScalarNode(new HoconScalar(HoconScalarKind.String, text, position));
    }

    /// <summary>One piece of a value, or null if what comes next is none.</summary>
    private HoconNode? ParsePiece(Place place)
    {
        var position = _cursor.Position;
        switch (_cursor.Peek())
        {
            case '"':
                return new ScalarNode(new HoconScalar(HoconScalarKind.String, HoconText.ReadQuoted(_cursor), position));
            case '{':
                var inner = place.Inside();
                RequireDepth(inner.Depth, position);
                _cursor.Advance();
                var parsed = new ObjectNode(position);
                ParseFields(parsed, inner, isClosedByBrace: true);
                return parsed;
            case '[':
                return ParseArray(place.InsideArray());
            case '$':
                return ParseSubstitution();
            default:
                var text = HoconText.TakeUnquoted(_cursor);
                return text.Length == 0 ? null : new ScalarNode(new HoconScalar(KindOf(text), text, position));
        }
    }

    private ArrayNode ParseArray(Place place)
    {
        var position = _cursor.Position;
        RequireDepth(place.Depth, position);
        _cursor.Advance();
        var items = new List<HoconNode>();
        HoconText.SkipBlank(_cursor);
        while (!_cursor.TryTake(']'))
        {
            if (_cursor.AtEnd)
            {
                throw new ConfigurationSyntaxException(position, "this array is not closed: ] is missing");
            }

            items.Add(ParseValue(place, "an element of this array"));
            var isSeparated = HoconText.SkipBlank(_cursor);
            if (_cursor.TryTake(','))
            {
                isSeparated = true;
                HoconText.SkipBlank(_cursor);
            }

            if (!isSeparated && !_cursor.AtEnd && _cursor.Peek() != ']')
            {
                throw _cursor.Error($"a comma or a new line must separate elements; {_cursor.DescribeNext()} stands here");
            }
        }

        return new ArrayNode(position, items);
    }

    private SubstitutionNode ParseSubstitution()
    {
        var position = _cursor.Position;
        _cursor.Advance();
        if (!_cursor.TryTake('{'))
        {
            throw new ConfigurationSyntaxException(position, "$ begins a substitution, ${path}; put it in quotes if it is meant as text");
        }

        var isOptional = _cursor.TryTake('?');
        HoconText.TakeSpaces(_cursor);
        var path = HoconText.ReadPath(_cursor);
        if (path.Count == 0 || _cursor.Peek() != '}')
        {
            throw _cursor.Error(_cursor.Peek() == '$'
                ? "a substitution cannot stand inside another"
                : $"a substitution is ${{path}} or ${{?path}}; {_cursor.DescribeNext()} does not fit here");
        }

        _cursor.Advance();
        RequireDepth(path.Count, position);
        return new SubstitutionNode(position, path, isOptional, _includedAt);
    }

    private bool AtInclude()
    {
        const string Word = "include";
        return _cursor.StartsWith(Word) && !HoconText.IsUnquotedCharacter(_cursor.Peek(Word.Length));
    }

    private void ParseInclude(ObjectNode target, Place place)
    {
        var position = _cursor.Position;
        _cursor.Advance("include".Length);
        HoconText.SkipBlank(_cursor);
        var name = ParseIncludeName(position, isInsideRequired: false);
        if (!place.IsAddressable)
        {
            throw new ConfigurationSyntaxException(position, "include is not supported inside an array");
        }

        target.MergeFrom(_includes.Include(_source, name, [.. _includedAt, .. place.Path], position));
    }

    /// <summary><c>"name"</c>, <c>file("name")</c>, <c>required("name")</c> or <c>required(file("name"))</c>.</summary>
    private string ParseIncludeName(SourcePosition position, bool isInsideRequired)
    {
        if (_cursor.Peek() == '"')
        {
            return HoconText.ReadQuoted(_cursor);
        }

        if (_cursor.StartsWith("url(") || _cursor.StartsWith("classpath("))
        {
            throw new ConfigurationSyntaxException(position, "include url(…) and include classpath(…) are not supported; include \"file\" is");
        }

        var isRequired = !isInsideRequired && _cursor.StartsWith("required(");
        if (!isRequired && !_cursor.StartsWith("file("))
        {
            throw new ConfigurationSyntaxException(
                position,
                "include must be followed by the name of a file in quotes; if a key is meant, put \"include\" in quotes");
        }

        _cursor.Advance(isRequired ? "required(".Length : "file(".Length);
        HoconText.SkipBlank(_cursor);
        if (!isRequired && _cursor.Peek() != '"')
        {
            throw _cursor.Error($"the name of a file in quotes must stand here, not {_cursor.DescribeNext()}");
        }

        var name = ParseIncludeName(position, isInsideRequired: true);
        HoconText.SkipBlank(_cursor);
        return _cursor.TryTake(')') ? name : throw _cursor.Error($") must close the include, not {_cursor.DescribeNext()}");
    }

    /// <summary>A text that is the whole value keeps the type that JSON would see in it.</summary>
    private static HoconScalarKind KindOf(string text) => text switch
    {
        "true" or "false" => HoconScalarKind.Boolean,
        "null" => HoconScalarKind.Null,
        _ when IsJsonNumber(text) => HoconScalarKind.Number,
        _ => HoconScalarKind.String,
    };

    private static bool IsJsonNumber(ReadOnlySpan<char> text)
    {
        text = text[0] == '-' ? text[1..] : text;
        var whole = TakeDigits(ref text);
        if (whole.Length == 0 || (whole.Length > 1 && whole[0] == '0'))
        {
            return false;
        }

        if (text.Length > 0 && text[0] == '.')
        {
            text = text[1..];
            if (TakeDigits(ref text).Length == 0)
            {
                return false;
            }
        }

        if (text.Length > 0 && text[0] is 'e' or 'E')
        {
            text = text[1..];
            text = text.Length > 0 && text[0] is '+' or '-' ? text[1..] : text;
            if (TakeDigits(ref text).Length == 0)
            {
                return false;
            }
        }

        return text.IsEmpty;
    }

    private static ReadOnlySpan<char> TakeDigits(ref ReadOnlySpan<char> text)
    {
        var length = text.IndexOfAnyExceptInRange('0', '9');
        var digits = length < 0 ? text : text[..length];
        text = text[digits.Length..];
        return digits;
    }

    private static void RequireDepth(int depth, SourcePosition position)
    {
        if (depth > HoconReader.MaxDepth)
        {
            throw new ConfigurationSyntaxException(position, $"objects and arrays are nested more than {HoconReader.MaxDepth} levels deep here");
        }
    }

    /// <summary>Where in the tree a value belongs.</summary>
    /// <param name="Path">The keys above it in this file.</param>
    /// <param name="IsAddressable">False inside an array, where no path leads.</param>
    /// <param name="Depth">Levels above it.</param>
    private readonly record struct Place(IReadOnlyList<string> Path, bool IsAddressable, int Depth)
    {
        public Place Below(IReadOnlyList<string> path) =>
            new(IsAddressable && Depth + path.Count <= HoconReader.MaxDepth ? [.. Path, .. path] : Path, IsAddressable, Depth + path.Count);

        public Place Inside() => this with { Depth = Depth + 1 };

        public Place InsideArray() => new(Path, IsAddressable: false, Depth + 1);
    }
}
