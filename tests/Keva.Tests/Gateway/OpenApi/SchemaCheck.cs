using System.Text.Json;

namespace Keva.Tests.Gateway.OpenApi;

/// <summary>
/// Compares JSON with a schema, as far as the description uses schemas. Stricter than they are: a property that is not
/// described is a difference, so that none is forgotten.
/// </summary>
internal sealed class SchemaCheck(OpenApiDocument document)
{
    /// <summary>What says nothing about the JSON's shape.</summary>
    private static readonly HashSet<string> Annotations = new(StringComparer.Ordinal)
    {
        "description", "format", "default", "contentEncoding", "contentMediaType", "discriminator", "minLength", "maxLength", "minimum", "maximum", "pattern",
    };

    /// <summary>What differs first, with its place; null if nothing does.</summary>
    public string? Difference(JsonElement value, JsonElement schema, string place = "$")
    {
        schema = document.Resolve(schema);
        foreach (var keyword in schema.EnumerateObject())
        {
            var difference = keyword.Name switch
            {
                "type" => TypesOf(keyword.Value).Any(type => IsOf(value, type)) ? null : $"{place} is no {keyword.Value}",
                "enum" => keyword.Value.EnumerateArray().Any(allowed => JsonElement.DeepEquals(allowed, value)) ? null : $"{place} is {value}",
                "required" => MissingIn(value, keyword.Value, place),
                "properties" => null, // with those that are not described
                "additionalProperties" => null,
                "items" => value.EnumerateArray().Select((item, index) => Difference(item, keyword.Value, $"{place}[{index}]")).FirstOrDefault(found => found is not null),
                "oneOf" => DifferenceToAll(value, keyword.Value, place),
                _ => Annotations.Contains(keyword.Name) ? null : throw new NotSupportedException($"the keyword {keyword.Name}"),
            };
            if (difference is not null)
            {
                return difference;
            }
        }

        return value.ValueKind == JsonValueKind.Object && schema.TryGetProperty("type", out _) ? DifferenceInProperties(value, schema, place) : null;
    }

    private static IEnumerable<string> TypesOf(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(one => one.GetString()!) : [type.GetString()!];

    private static bool IsOf(JsonElement value, string type) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        _ => throw new NotSupportedException($"the type {type}"),
    };

    private static string? MissingIn(JsonElement value, JsonElement required, string place) =>
        required.EnumerateArray().Select(name => name.GetString()!)
            .Where(name => !value.TryGetProperty(name, out _))
            .Select(name => $"{place} has no {name}")
            .FirstOrDefault();

    private string? DifferenceToAll(JsonElement value, JsonElement choices, string place)
    {
        var differences = choices.EnumerateArray().Select(choice => Difference(value, choice, place)).ToList();
        return differences.Count(difference => difference is null) == 1 ? null : $"{place} is not one of: {string.Join("; ", differences)}";
    }

    private string? DifferenceInProperties(JsonElement value, JsonElement schema, string place)
    {
        foreach (var property in value.EnumerateObject())
        {
            var inner = $"{place}.{property.Name}";
            var difference = schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(property.Name, out var described)
                ? Difference(property.Value, described, inner)
                : DifferenceOfAdditional(property.Value, schema, inner);
            if (difference is not null)
            {
                return difference;
            }
        }

        return null;
    }

    private string? DifferenceOfAdditional(JsonElement value, JsonElement schema, string place)
    {
        if (!schema.TryGetProperty("additionalProperties", out var additional) || additional.ValueKind == JsonValueKind.False)
        {
            return $"{place} is not described";
        }

        return additional.ValueKind == JsonValueKind.True ? null : Difference(value, additional, place);
    }
}
