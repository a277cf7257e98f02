using System.Text;
using System.Text.Unicode;

namespace Keva.Node.Configuration;

/// <summary>Walks over the text of a file and knows line and column. Never moves back, so that all parsing is linear.</summary>
internal sealed class TextCursor
{
    /// <summary>What <see cref="Peek"/> returns behind the last character.</summary>
    public const int End = -1;

    private readonly string _file;
    private readonly string _text;
    private int _offset;
    private int _line = 1;
    private int _column = 1;

    private TextCursor(string file, string text)
    {
        _file = file;
        _text = text;
    }

    public SourcePosition Position => new(_file, _line, _column);

    public int Offset => _offset;

    public bool AtEnd => _offset == _text.Length;

    /// <summary>A cursor at the beginning of <paramref name="utf8"/>, behind a byte order mark if there is one.</summary>
    /// <exception cref="ConfigurationSyntaxException">The bytes are not UTF-8.</exception>
    public static TextCursor Over(string file, ReadOnlySpan<byte> utf8)
    {
        if (utf8.StartsWith(Encoding.UTF8.Preamble))
        {
            utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        }

        // A malformed byte must not become a replacement character: the file would then say what nobody wrote.
        var characters = new char[utf8.Length];
        var status = Utf8.ToUtf16(utf8, characters, out var bytesRead, out var charactersWritten, replaceInvalidSequences: false);
        var cursor = new TextCursor(file, new string(characters, 0, charactersWritten));
        if (status != System.Buffers.OperationStatus.Done)
        {
            while (!cursor.AtEnd)
            {
                cursor.Advance();
            }

            throw cursor.Error($"byte 0x{utf8[bytesRead]:X2} is not UTF-8 here; save the file as UTF-8");
        }

        return cursor;
    }

    /// <summary>The character <paramref name="ahead"/> of here, as UTF-16, or <see cref="End"/>.</summary>
    public int Peek(int ahead = 0) => _offset + ahead < _text.Length ? _text[_offset + ahead] : End;

    public bool StartsWith(string expected) => string.CompareOrdinal(_text, _offset, expected, 0, expected.Length) == 0;

    public void Advance()
    {
        var passed = _text[_offset++];
        if (passed == '\n')
        {
            _line++;
            _column = 1;
        }
        else if (!char.IsLowSurrogate(passed))
        {
            _column++;
        }
    }

    public void Advance(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Advance();
        }
    }

    public bool TryTake(char expected)
    {
        if (Peek() != expected)
        {
            return false;
        }

        Advance();
        return true;
    }

    /// <summary>The text from <paramref name="start"/> up to here.</summary>
    public string TextSince(int start) => _text[start.._offset];

    /// <summary>Names the next character so that it can be seen in a message: quoted, or as U+XXXX.</summary>
    public string DescribeNext()
    {
        if (AtEnd)
        {
            return "the end of the file";
        }

        Rune.DecodeFromUtf16(_text.AsSpan(_offset), out var rune, out _);
        return rune.Value switch
        {
            '\n' => "the end of the line",
            '\r' when Peek(1) == '\n' => "the end of the line",
            _ when Rune.IsControl(rune) || Rune.IsWhiteSpace(rune) || rune.Value == 0xFEFF => $"U+{rune.Value:X4}",
            _ => $"'{rune}'",
        };
    }

    public ConfigurationSyntaxException Error(string problem) => new(Position, problem);
}
