using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Keva.Node.Gateway.Http;

/// <summary>
/// Reads <c>{"cmd":"set","key":"…","val":"…"}</c>, strictly: what is unknown, doubled, missing or of another type is
/// refused with a sentence that says which. Any input ends in a command or a refusal, within one pass over it.
/// </summary>
public ref struct KevaCommandParser
{
    private const int ShownCharacters = 64;

    private readonly int _maxKeyBytes;
    private readonly int _maxValueBytes;
    private Utf8JsonReader _reader;
    private string? _verb;
    private byte[]? _key;
    private byte[]? _text;
    private byte[]? _bytes;

    private KevaCommandParser(ReadOnlySpan<byte> json, int maxKeyBytes, int maxValueBytes)
    {
        _maxKeyBytes = maxKeyBytes;
        _maxValueBytes = maxValueBytes;
        _reader = new Utf8JsonReader(json);
    }

    public static bool TryParse(
        ReadOnlySpan<byte> json,
        int maxKeyBytes,
        int maxValueBytes,
        [NotNullWhen(true)] out KevaCommand? command,
        [NotNullWhen(false)] out KevaFailure? failure)
    {
        command = null;
        failure = json.IsEmpty ? Refuse("""The body is empty; send a command such as {"cmd":"get","key":"hello"}.""")
            : !Utf8.IsValid(json) ? Refuse("The body is not UTF-8.")
            : null;
        if (failure is not null)
        {
            return false;
        }

        var parser = new KevaCommandParser(json, maxKeyBytes, maxValueBytes);
        try
        {
            failure = parser.ReadObject() ?? parser.Build(out command);
        }
        catch (JsonException error)
        {
            failure = Refuse(string.Create(
                CultureInfo.InvariantCulture,
                $"The body is not one JSON object: it goes wrong at line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}."));
        }

        return failure is null;
    }

    private KevaFailure? ReadObject()
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            return Refuse("""The body must be a JSON object such as {"cmd":"get","key":"hello"}.""");
        }

        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadProperty() is { } failure)
            {
                return failure;
            }
        }

        _reader.Read(); // throws if anything but white space follows the object
        return null;
    }

    private KevaFailure? ReadProperty()
    {
        if (!TryReadText(out var name))
        {
            return Refuse("A property name has an escape that stands for half a character.");
        }

        _reader.Read();
        var text = default(byte[]);
        if (name is "cmd" or "key" or "val" or "val64")
        {
            if (_reader.TokenType != JsonTokenType.String)
            {
                return Refuse($"'{name}' must be a string.");
            }

            if (!TryReadBytes(out text))
            {
                return Refuse($"'{name}' has an escape that stands for half a character (a lone surrogate).");
            }
        }

        return name switch
        {
            "cmd" => Once(name, ref _verb, Encoding.UTF8.GetString(text!)),
            "key" => Once(name, ref _key, text!),
            "val" => Once(name, ref _text, text!),
            "val64" => _reader.TryGetBytesFromBase64(out var bytes)
                ? Once(name, ref _bytes, bytes)
                : Refuse("'val64' is not base64."),
            _ => Refuse($"There is no property '{Shorten(name)}'; a command has 'cmd', 'key', and 'val' or 'val64'."),
        };
    }

    private readonly KevaFailure? Build(out KevaCommand? command)
    {
        command = null;
        CommandVerb verb;
        switch (_verb)
        {
            case null:
                return Refuse("'cmd' is missing; it is one of set, get and delete.");
            case "get":
                verb = CommandVerb.Get;
                break;
            case "set":
                verb = CommandVerb.Set;
                break;
            case "delete" or "del":
                verb = CommandVerb.Delete;
                break;
            default:
                return Refuse($"There is no cmd '{Shorten(_verb)}'; it is one of set, get and delete.");
        }

        if (_key is null)
        {
            return Refuse("'key' is missing.");
        }

        if (KeyRules.CheckLength(_key.Length, _maxKeyBytes) is { } badKey)
        {
            return badKey;
        }

        if (CheckValue(verb) is { } badValue)
        {
            return badValue;
        }

        command = new KevaCommand(verb, _key, _text ?? _bytes);
        return null;
    }

    private readonly KevaFailure? CheckValue(CommandVerb verb)
    {
        if (verb != CommandVerb.Set)
        {
            return _text is null && _bytes is null ? null : Refuse($"A {_verb} takes no value.");
        }

        return (_text, _bytes) switch
        {
            (null, null) => Refuse("A set needs 'val', or 'val64' with base64."),
            (not null, not null) => Refuse("A set takes 'val' or 'val64', not both."),
            var (text, bytes) when (text ?? bytes)!.Length > _maxValueBytes => KeyRules.ValueTooLarge(_maxValueBytes),
            _ => null,
        };
    }

    private static KevaFailure? Once<T>(string name, ref T? place, T value)
        where T : class
    {
        if (place is not null)
        {
            return Refuse($"'{name}' is given twice.");
        }

        place = value;
        return null;
    }

    private readonly bool TryReadText([NotNullWhen(true)] out string? text)
    {
        text = TryReadBytes(out var bytes) ? Encoding.UTF8.GetString(bytes) : null;
        return text is not null;
    }

    /// <summary>The current string or name, unescaped, as UTF-8. False if an escape is a lone surrogate.</summary>
    private readonly bool TryReadBytes([NotNullWhen(true)] out byte[]? bytes)
    {
        var raw = _reader.ValueSpan; // one contiguous input, so never a sequence
        if (!_reader.ValueIsEscaped)
        {
            bytes = raw.ToArray();
            return true;
        }

        var unescaped = ArrayPool<byte>.Shared.Rent(raw.Length); // unescaping only makes shorter
        try
        {
            bytes = unescaped.AsSpan(0, _reader.CopyString(unescaped)).ToArray();
            return true;
        }
        catch (InvalidOperationException)
        {
            bytes = null;
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(unescaped);
        }
    }

    private static KevaFailure Refuse(string sentence) => new(KevaError.BadRequest, sentence);

    private static string Shorten(string text) =>
        text.Length <= ShownCharacters ? text : string.Concat(WholeCharacters.First(text, ShownCharacters), "…");
}
