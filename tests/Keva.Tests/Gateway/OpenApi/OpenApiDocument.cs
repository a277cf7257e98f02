using System.Text.Json;

namespace Keva.Tests.Gateway.OpenApi;

/// <summary>A method on a path, as the description has it.</summary>
internal sealed record OpenApiOperation(string Path, string Method, JsonElement Element)
{
    public override string ToString() => $"{Method} {Path}";
}

/// <summary>What <c>GET /openapi.json</c> answers, with its references followed.</summary>
internal sealed class OpenApiDocument
{
    private static readonly string[] Methods = ["get", "head", "put", "post", "delete", "options", "patch", "trace"];

    private readonly JsonDocument _json;

    private OpenApiDocument(string text)
    {
        Text = text;
        _json = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
        Operations =
        [
            .. from path in Root.GetProperty("paths").EnumerateObject()
               from part in path.Value.EnumerateObject()
               where Methods.Contains(part.Name, StringComparer.Ordinal)
               select new OpenApiOperation(path.Name, part.Name.ToUpperInvariant(), part.Value),
        ];
    }

    public string Text { get; }

    public JsonElement Root => _json.RootElement;

    public IReadOnlyList<OpenApiOperation> Operations { get; }

    public JsonElement Schemas => Root.GetProperty("components").GetProperty("schemas");

    public static async Task<OpenApiDocument> ReadAsync(TestGateway gateway)
    {
        var response = await gateway.SendAsync("GET", "/openapi.json");
        Assert.Equal(200, response.Status);
        return new OpenApiDocument(response.Text);
    }

    /// <summary>The element itself, or what it refers to.</summary>
    public JsonElement Resolve(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("$ref", out var reference)
            ? Resolve(Find(reference.GetString()!))
            : element;

    /// <summary>What is at a reference such as <c>#/components/schemas/Error</c>.</summary>
    public JsonElement Find(string reference)
    {
        var found = Root;
        Assert.StartsWith("#/", reference, StringComparison.Ordinal);
        foreach (var name in reference[2..].Split('/'))
        {
            Assert.True(found.TryGetProperty(name, out var inner), $"{reference} leads nowhere");
            found = inner;
        }

        return found;
    }

    /// <summary>The parameters of an operation, those of its path among them.</summary>
    public IEnumerable<JsonElement> ParametersOf(OpenApiOperation operation) =>
        new[] { Root.GetProperty("paths").GetProperty(operation.Path), operation.Element }
            .Where(holder => holder.TryGetProperty("parameters", out _))
            .SelectMany(holder => holder.GetProperty("parameters").EnumerateArray())
            .Select(Resolve);

    /// <summary>The described answers of an operation by their status.</summary>
    public IEnumerable<(int Status, JsonElement Response)> ResponsesOf(OpenApiOperation operation) =>
        operation.Element.GetProperty("responses").EnumerateObject()
            .Select(response => (int.Parse(response.Name, System.Globalization.CultureInfo.InvariantCulture), Resolve(response.Value)));

    /// <summary>The operation whose path is this one, names in braces standing for anything.</summary>
    public OpenApiOperation OperationOf(string method, string path) =>
        Operations.FirstOrDefault(operation => operation.Method == method && operation.Path == path)
        ?? Operations.Single(operation => operation.Method == method && Matches(operation.Path, path));

    /// <summary>Every object in the document, from the outermost on.</summary>
    public IEnumerable<JsonElement> Objects() => ObjectsIn(Root);

    private static bool Matches(string template, string path)
    {
        var brace = template.IndexOf('{', StringComparison.Ordinal);
        return brace > 0 && path.StartsWith(template[..brace], StringComparison.Ordinal);
    }

    private static IEnumerable<JsonElement> ObjectsIn(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => ObjectsIn(property.Value)).Prepend(element),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(ObjectsIn),
        _ => [],
    };
}
