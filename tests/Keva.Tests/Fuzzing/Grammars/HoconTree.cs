using System.Globalization;
using System.Text.Json;
using Keva.Node.Configuration.Hocon;
using Keva.Tests.Fuzzing.Engine;

namespace Keva.Tests.Fuzzing.Grammars;

/// <summary>Random HOCON documents as values, their one canonical text, and JSON documents as the same values.</summary>
internal static class HoconTree
{
    private static readonly string[] Names =
    [
        "a", "b", "c", "a b", "a.b", "", "ключ", "🗝", "\"", "\n", "true", "1", "1.5", "include", "x-y_z", "$", "a/b", "+", "\\",
    ];

    private static readonly string[] Pieces =
    [
        "a", "word", " ", "  ", "\t", "\n", "\r", "\"", "\"\"", "\"\"\"", "'", "\\", "\0", "\u001f", "\u007f", "é", "🗝", "#", "//", "/", "=", ":",
        ",", "[", "]", "{", "}", "${a}", "$", "\ufeff",
        "\u2028", "\u00a0", "true", "null", "1", "1.5", "-", "+", "e", ".", "(", ")", ";", "%",
    ];

    private static readonly string[] Numbers = ["0", "-0", "1", "42", "-1.5", "1e5", "1E+20", "0.1e-7", "123456789012345678901234567890", "2.50"];

    public static HoconObject Random(FuzzRandom random) => Object(random, depth: 0);

    /// <summary>A value to be found somewhere else in the document, so that a substitution can stand for it.</summary>
    public static HoconValue Value(FuzzRandom random, int depth) => random.Below(depth < 4 ? 12 : 7) switch
    {
        < 4 => new HoconScalar(HoconScalarKind.String, Text(random), default),
        4 => new HoconScalar(HoconScalarKind.Number, random.Pick(Numbers), default),
        5 => new HoconScalar(HoconScalarKind.Boolean, random.OneIn(2) ? "true" : "false", default),
        6 => new HoconScalar(HoconScalarKind.Null, "null", default),
        < 9 => new HoconArray([.. Enumerable.Range(0, random.Below(4)).Select(_ => Value(random, depth + 1))], default),
        _ => Object(random, depth),
    };

    /// <summary>Equal for equal values; the order of keys does not count.</summary>
    public static string Canonical(HoconValue value) => value switch
    {
        HoconObject obj => "{" + string.Join(",", obj.Fields.OrderBy(field => field.Key, StringComparer.Ordinal)
            .Select(field => JsonSerializer.Serialize(field.Key) + ":" + Canonical(field.Value))) + "}",
        HoconArray array => "[" + string.Join(",", array.Items.Select(Canonical)) + "]",
        HoconScalar { Kind: HoconScalarKind.String } text => JsonSerializer.Serialize(text.Text),
        _ => value.ToString()!,
    };

    /// <summary>
    /// The same for a JSON document; null if HOCON may give it another meaning or none: an array as the whole, keys that come
    /// twice, halves of characters, deep nesting.
    /// </summary>
    public static string? CanonicalOfJson(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            return document.RootElement.ValueKind == JsonValueKind.Object ? Canonical(document.RootElement) : null;
        }
        catch (Exception refusal) when (refusal is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    public static int DepthOf(HoconValue value) => value switch
    {
        HoconObject obj => 1 + obj.Fields.Values.Select(DepthOf).DefaultIfEmpty(0).Max(),
        HoconArray array => 1 + array.Items.Select(DepthOf).DefaultIfEmpty(0).Max(),
        _ => 0,
    };

    /// <summary>The object with one more field behind the others.</summary>
    public static HoconObject With(HoconObject obj, string name, HoconValue value)
    {
        var fields = new OrderedDictionary<string, HoconValue>(StringComparer.Ordinal);
        foreach (var (key, field) in obj.Fields)
        {
            fields.Add(key, field);
        }

        fields[name] = value;
        return new HoconObject(fields, default);
    }

    private static string? Canonical(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var fields = new SortedDictionary<string, string>(StringComparer.Ordinal);
                foreach (var property in element.EnumerateObject())
                {
                    if (Canonical(property.Value) is not { } field || !fields.TryAdd(property.Name, field))
                    {
                        return null;
                    }
                }

                return "{" + string.Join(",", fields.Select(field => JsonSerializer.Serialize(field.Key) + ":" + field.Value)) + "}";
            case JsonValueKind.Array:
                var items = element.EnumerateArray().Select(Canonical).ToList();
                return items.Contains(null) ? null : "[" + string.Join(",", items) + "]";
            case JsonValueKind.String:
                return JsonSerializer.Serialize(element.GetString());
            default:
                return element.GetRawText();
        }
    }

    private static HoconObject Object(FuzzRandom random, int depth)
    {
        var fields = new OrderedDictionary<string, HoconValue>(StringComparer.Ordinal);
        for (var count = random.Below(depth == 0 ? 7 : 4); count > 0; count--)
        {
            fields[random.Pick(Names)] = Value(random, depth + 1);
        }

        return new HoconObject(fields, default);
    }

    private static string Text(FuzzRandom random) => string.Concat(Enumerable.Range(0, random.Few(10) - 1).Select(_ => random.Pick(Pieces)));
}
