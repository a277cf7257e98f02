using System.Text;
using System.Text.Json;
using Keva.Node.Hosting;
using Microsoft.AspNetCore.Http;

namespace Keva.Node.Gateway.Http;

/// <summary>
/// <c>GET /openapi.json</c>: everything that is served, as OpenAPI describes it. It is the file <c>openapi.json</c> beside this
/// one, written by hand; tests compare it with what a node really serves.
/// </summary>
internal sealed class OpenApiEndpoint
{
    private const string ResourceName = "Keva.Node.Gateway.Http.openapi.json";

    /// <summary>Where the file is told which version it describes.</summary>
    private const string VersionMark = "{{version}}";

    private readonly ReadOnlyMemory<byte> _document = Load();

    public HttpRoute Route => new("/openapi.json", ("GET", HandleAsync));

    private ValueTask HandleAsync(HttpExchange exchange)
    {
        if (ReadParameters.RefuseAny(exchange.Target.Query) is { } failure)
        {
            return exchange.SendErrorAsync(failure);
        }

        exchange.ResponseHeaders.CacheControl = KevaHeaders.NoCache;
        return exchange.SendAsync(StatusCodes.Status200OK, KevaHeaders.Json, _document);
    }

    private static byte[] Load()
    {
        using var stream = typeof(OpenApiEndpoint).Assembly.GetManifestResourceStream(ResourceName)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var version = JsonEncodedText.Encode(NodeVersion.Text).ToString();
        return Encoding.UTF8.GetBytes(reader.ReadToEnd().Replace(VersionMark, version, StringComparison.Ordinal));
    }
}
