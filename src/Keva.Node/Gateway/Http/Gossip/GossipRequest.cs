using System.Text.Json;

namespace Keva.Node.Gateway.Http.Gossip;

/// <summary>
/// The JSON object that a request has for a body, read strictly: what is unknown, doubled or of another type is refused by
/// name. Take all properties, then ask for the <see cref="Failure"/>.
/// </summary>
internal sealed class GossipRequest
{
    private const int MostBytes = 64 * 1024;
    private const int ShownCharacters = 64;

    private static readonly KevaFailure TooLarge = new(
        KevaError.ValueTooLarge, $"The body is longer than the {MostBytes} bytes that are allowed.", MostBytes);

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 4 };

    private readonly Dictionary<string, JsonElement> properties;
    private readonly List<string> known = [];
    private KevaFailure? problem;

    private GossipRequest(JsonElement root)
    {
        properties = root.EnumerateObject().ToDictionary(property => property.Name, property => property.Value, StringComparer.Ordinal);
    }

    /// <summary>The first thing that is wrong with what was asked for, or null.</summary>
    public KevaFailure? Failure
    {
        get
        {
            var unknown = properties.Keys.FirstOrDefault(name => !known.Contains(name, StringComparer.Ordinal));
            return unknown is null
                ? problem
                : Bad($"There is no property '{Shorten(unknown)}'; this request has {string.Join(", ", known.Select(name => $"'{name}'"))}.");
        }
    }

    /// <summary>One of the two is null.</summary>
    public static async ValueTask<(GossipRequest? Request, KevaFailure? Failure)> ReadAsync(HttpExchange exchange)
    {
        if ((ReadParameters.RefuseAny(exchange.Target.Query) ?? JsonMediaType.Check(exchange.RequestHeaders)
            ?? WritePreconditions.Check(exchange.RequestHeaders)) is { } refusal)
        {
            BodyReader.LeaveUnread(exchange);
            return (null, refusal);
        }

        var body = await BodyReader.ReadAsync(exchange, MostBytes, TooLarge);
        return body.Failure is { } failure ? (null, failure) : Parse(body.Bytes);
    }

    /// <summary>The text, or null if there is none.</summary>
    public string? Text(string name) => Find(name) is { } value ? TextOf(name, value) : null;

    /// <summary>The text, which must be there and not empty.</summary>
    public string RequiredText(string name)
    {
        var text = Text(name);
        if (string.IsNullOrEmpty(text))
        {
            problem ??= Bad($"The property '{name}' is missing or empty.");
        }

        return text ?? "";
    }

    public bool Flag(string name)
    {
        var value = Find(name);
        if (value is { ValueKind: not (JsonValueKind.True or JsonValueKind.False) })
        {
            problem ??= Bad($"The property '{name}' must be true or false.");
        }

        return value is { ValueKind: JsonValueKind.True };
    }

    /// <summary>The whole number, or null if there is none.</summary>
    public int? Number(string name, int least, int most)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most)
        {
            return number;
        }

        problem ??= Bad($"The property '{name}' must be a whole number from {least} to {most}.");
        return null;
    }

    /// <summary>Bytes: as text in the one property or as base 64 in the other; none if neither is there.</summary>
    public byte[] Bytes(string textName, string base64Name)
    {
        var text = Text(textName);
        var bytes = Base64(base64Name);
        if (text is not null && bytes is not null)
        {
            problem ??= Bad($"The request has both '{textName}' and '{base64Name}'.");
        }

        return bytes ?? System.Text.Encoding.UTF8.GetBytes(text ?? "");
    }

    /// <summary>The bytes, or null if there are none. A refusal does not repeat them: they may be a secret.</summary>
    public byte[]? Base64(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out var bytes))
        {
            return bytes;
        }

        problem ??= Bad($"The property '{name}' must be a string in base 64.");
        return null;
    }

    public IReadOnlyList<string> Texts(string name)
    {
        if (Find(name) is not { } value)
        {
            return [];
        }

        if (value.ValueKind == JsonValueKind.Array)
        {
            return [.. value.EnumerateArray().Select(item => TextOf(name, item))];
        }

        problem ??= Bad($"The property '{name}' must be a list of strings.");
        return [];
    }

    public IReadOnlyDictionary<string, string> Map(string name)
    {
        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (Find(name) is not { } value)
        {
            return map;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            problem ??= Bad($"The property '{name}' must be an object of strings.");
            return map;
        }

        foreach (var item in value.EnumerateObject())
        {
            map[item.Name] = TextOf(name, item.Value);
        }

        return map;
    }

    private static (GossipRequest? Request, KevaFailure? Failure) Parse(byte[]? body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? (new GossipRequest(document.RootElement.Clone()), null)
                : (null, Bad("The body must be a JSON object."));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return (null, Bad("The body is not one JSON object, each property once, nested no deeper than needed."));
        }
    }

    private JsonElement? Find(string name)
    {
        known.Add(name);
        return properties.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private string TextOf(string name, JsonElement value)
    {
        try
        {
            if (value.ValueKind == JsonValueKind.String)
            {
                return value.GetString()!;
            }
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, or no UTF-8.
        }

        problem ??= Bad($"The property '{name}' must have strings of whole characters.");
        return "";
    }

    private static KevaFailure Bad(string sentence) => new(KevaError.BadRequest, sentence);

    private static string Shorten(string text) =>
        text.Length <= ShownCharacters ? text : string.Concat(WholeCharacters.First(text, ShownCharacters), "…");
}
