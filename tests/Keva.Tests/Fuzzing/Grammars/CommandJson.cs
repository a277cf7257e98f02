using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Keva.Node.Gateway.Http;
using Keva.Tests.Fuzzing.Engine;

namespace Keva.Tests.Fuzzing.Grammars;

/// <summary>Commands as JSON: made in many ways, and read by the rules of docs/HTTP.md with another reader of JSON.</summary>
internal static class CommandJson
{
    private static readonly string[] Names = ["cmd", "key", "val", "val64"];
    private static readonly string[] Verbs = ["get", "set", "delete", "del"];
    private static readonly string[] Pieces = ["k", "", "ключ", "🗝", "\0", "\"", "\\", "/", "\u2028", "a b", "%2F", "\r\n\t", "=", "/wD+"];

    public static IReadOnlyList<byte[]> Tokens { get; } = [.. new[]
    {
        "{", "}", "[", "]", "\"", ":", ",", "\\", "\\u", "\\ud83d", "\\udd11", "\\u0000", "null", "true", "-1e999", "\"cmd\"", "\"key\"", "\"val\"",
        "\"val64\"",
        "\"set\"", "\"get\"", "\"delete\"", "\"del\"", "\"k\":", "//", "/*", "🗝", "==",
    }.Select(Encoding.UTF8.GetBytes)];

    public static IEnumerable<byte[]> Corpus() => new[]
    {
        """{"cmd":"set","key":"k","val":"v"}""",
        """{"cmd":"set","key":"ключ/🗝","val64":"/wD+"}""",
        """{"cmd":"delete","key":"\ud83d\udd11\u0000"}""",
        """ { "key" : "k" , "cmd" : "del" } """,
        """{"cmd":"get","key":"k"}""",
    }.Select(Encoding.UTF8.GetBytes);

    /// <summary>An object with some of the properties, in any order, with any escapes and any white space.</summary>
    public static byte[] Generate(FuzzRandom random)
    {
        var properties = new List<string>();
        var verb = random.Pick(Verbs);
        properties.Add(Property("cmd", random.OneIn(10) ? Text(random) : verb, random));
        properties.Add(Property("key", Text(random), random));
        if (verb == "set" || random.OneIn(8))
        {
            properties.Add(random.OneIn(2)
                ? Property("val", Text(random), random)
                : Property("val64", Convert.ToBase64String(Encoding.UTF8.GetBytes(Text(random))), random));
        }

        if (random.OneIn(8))
        {
            properties.RemoveAt(random.Below(properties.Count));
        }

        if (random.OneIn(8))
        {
            properties.Add(Property(random.OneIn(2) ? Text(random) : random.Pick(Names), Text(random), random));
        }

        properties = [.. properties.OrderBy(_ => random.Next())];
        return Encoding.UTF8.GetBytes(Space(random) + "{" + string.Join(",", properties) + "}" + Space(random));
    }

    /// <summary>What the input says by the rules; null if it is to be refused.</summary>
    public static KevaCommand? Expect(byte[] input, int maxKeyBytes, int maxValueBytes)
    {
        if (!Utf8.IsValid(input))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(input);
            return Expect(document.RootElement, maxKeyBytes, maxValueBytes);
        }
        catch (Exception refusal) when (refusal is JsonException or InvalidOperationException or FormatException)
        {
            return null; // no JSON; a lone surrogate, or no text; no base64
        }
    }

    public static void CheckSame(KevaCommand expected, KevaCommand actual)
    {
        FuzzCheck.That(expected.Verb == actual.Verb, "the verb is kept");
        FuzzCheck.Same(expected.Key, actual.Key, "the key is kept");
        FuzzCheck.That(expected.Value is null == (actual.Value is null), "there is a value or none");
        FuzzCheck.Same(expected.Value, actual.Value, "the value is kept");
    }

    /// <summary>A message must survive being sent as JSON; half a character would not.</summary>
    public static void CheckReadable(string message) =>
        FuzzCheck.Same(message, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(message)), "a message is made of whole characters");

    public static byte[] Write(KevaCommand command)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("cmd", command.Verb.ToString().ToLowerInvariant());
            json.WriteString("key", command.Key);
            if (command.Value is not null)
            {
                json.WriteBase64String("val64", command.Value);
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static KevaCommand? Expect(JsonElement root, int maxKeyBytes, int maxValueBytes)
    {
        var texts = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in root.EnumerateObject())
        {
            if (!Names.Contains(property.Name, StringComparer.Ordinal) || !texts.TryAdd(property.Name, property.Value))
            {
                return null;
            }

            if (property.Value.ValueKind != JsonValueKind.String)
            {
                return null;
            }
        }

        byte[]? Bytes(string name) => texts.TryGetValue(name, out var text) ? Encoding.UTF8.GetBytes(text.GetString()!) : null;
        var value = Bytes("val");
        var binary = texts.TryGetValue("val64", out var base64) ? base64.GetBytesFromBase64() : null;
        var verb = texts.TryGetValue("cmd", out var cmd) ? cmd.GetString() : null;
        var key = Bytes("key");
        var takesValue = verb == "set";
        var values = (value is null ? 0 : 1) + (binary is null ? 0 : 1);
        if (verb is null || !Verbs.Contains(verb, StringComparer.Ordinal) || key is null || key.Length == 0 || key.Length > maxKeyBytes
            || values != (takesValue ? 1 : 0) || (value ?? binary)?.Length > maxValueBytes)
        {
            return null;
        }

        return new KevaCommand(verb == "get" ? CommandVerb.Get : takesValue ? CommandVerb.Set : CommandVerb.Delete, key, value ?? binary);
    }

    private static string Text(FuzzRandom random) =>
        string.Concat(Enumerable.Range(0, random.OneIn(6) ? random.Between(10, 80) : random.Few(10)).Select(_ => random.Pick(Pieces)));

    private static string Property(string name, string value, FuzzRandom random) =>
        Space(random) + Quote(name, random) + Space(random) + ":" + Space(random) + Quote(value, random) + Space(random);

    private static string Space(FuzzRandom random) => random.Pick(["", "", "", " ", "\n", "\t\r "]);

    private static string Quote(string text, FuzzRandom random)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            if (c is '"' or '\\' or < ' ' || random.OneIn(6))
            {
                quoted.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else
            {
                quoted.Append(c);
            }
        }

        return quoted.Append('"').ToString();
    }
}
