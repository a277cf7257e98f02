using System.Globalization;
using System.Text.Json;

namespace Keva.Tests.Gateway.OpenApi;

/// <summary>Compares a real answer with what the description says of it.</summary>
internal sealed class AnswerCheck(OpenApiDocument document)
{
    /// <summary>Headers that belong to the interface; the others are HTTP's own, or for browsers.</summary>
    private static readonly string[] OwnHeaders =
        ["Keva-Node", "Keva-Leader", "Keva-Revision", "Keva-Consistency", "Keva-Age", "ETag", "Retry-After", "Location", "Cache-Control"];

    private readonly SchemaCheck _schemas = new(document);

    /// <summary>Fails unless the status, the headers, the type and the body are as they are described.</summary>
    public void Check(OpenApiOperation operation, int status, IReadOnlyDictionary<string, string> headers, string body)
    {
        var what = $"{status} of {operation}";
        Assert.True(
            operation.Element.GetProperty("responses").TryGetProperty(status.ToString(CultureInfo.InvariantCulture), out var reference),
            $"{what} is not described: {body}");
        var response = document.Resolve(reference);
        var described = response.GetProperty("headers").EnumerateObject().ToDictionary(header => header.Name, header => document.Resolve(header.Value), StringComparer.OrdinalIgnoreCase);
        foreach (var header in OwnHeaders.Where(headers.ContainsKey))
        {
            Assert.True(described.ContainsKey(header), $"{what} has the header {header}, which is not described");
        }

        foreach (var (name, header) in described)
        {
            var isRequired = header.TryGetProperty("required", out var required) && required.GetBoolean();
            Assert.True(!isRequired || headers.ContainsKey(name), $"{what} has no header {name}");
        }

        if (operation.Method != "HEAD" && status is not (204 or 304))
        {
            CheckBody(what, response, headers["Content-Type"].Split(';')[0], body);
        }
    }

    private void CheckBody(string what, JsonElement response, string mediaType, string body)
    {
        Assert.True(response.TryGetProperty("content", out var content), $"{what} has a body, which is not described");
        Assert.True(content.TryGetProperty(mediaType, out var described), $"{what} is {mediaType}, which is not described");
        foreach (var text in DocumentsIn(mediaType, body))
        {
            using var json = JsonDocument.Parse(text);
            var difference = _schemas.Difference(json.RootElement, described.GetProperty("schema"));
            Assert.True(difference is null, $"{what}: {difference} in {text}");
        }
    }

    /// <summary>The JSON in a body of this type; none if it is of another kind.</summary>
    private static IEnumerable<string> DocumentsIn(string mediaType, string body) => mediaType switch
    {
        "application/json" => [body],
        "application/x-ndjson" => body.Split('\n', StringSplitOptions.RemoveEmptyEntries),
        "text/event-stream" => body.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => line["data: ".Length..]),
        _ => [],
    };
}
