using System.Security.Cryptography;
using Keva.Node.Gateway.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Keva.Node.Dashboard;

/// <summary>A file of the dashboard, as it was built into this program. A browser keeps it, and asks whether it is still the one.</summary>
internal sealed class DashboardFile
{
    private const string ResourcePrefix = "Keva.Node.Dashboard.Page.";

    private readonly StringValues contentType;
    private readonly string tag;

    private DashboardFile(string name, byte[] content)
    {
        Name = name;
        Content = content;
        contentType = ContentTypeOf(name);
        tag = TagOf(content);
    }

    public string Name { get; }

    public ReadOnlyMemory<byte> Content { get; }

    public static IReadOnlyList<DashboardFile> LoadAll()
    {
        var assembly = typeof(DashboardFile).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(resource => resource.StartsWith(ResourcePrefix, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(resource => new DashboardFile(resource[ResourcePrefix.Length..], Read(resource))),
        ];

        byte[] Read(string resource)
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return content;
        }
    }

    /// <summary>A strong entity tag (RFC 9110 §8.8.3) from the content itself.</summary>
    public static string TagOf(ReadOnlySpan<byte> content) => $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 12))}\"";

    public ValueTask HandleAsync(HttpExchange exchange) =>
        ReadParameters.RefuseAny(exchange.Target.Query) is { } failure
            ? exchange.SendErrorAsync(failure)
            : SendAsync(exchange, contentType, tag, Content);

    /// <summary>Sends the content, unless the browser has it.</summary>
    public static ValueTask SendAsync(HttpExchange exchange, StringValues contentType, string tag, ReadOnlyMemory<byte> content)
    {
        var headers = exchange.ResponseHeaders;
        headers.ETag = tag;
        headers.CacheControl = KevaHeaders.NoCache;
        headers["Referrer-Policy"] = "no-referrer";
        return EntityTags.Matches(exchange.RequestHeaders.IfNoneMatch, tag)
            ? exchange.SendStatusAsync(StatusCodes.Status304NotModified)
            : exchange.SendAsync(StatusCodes.Status200OK, contentType, content);
    }

    private static string ContentTypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => throw new InvalidOperationException($"a file of the dashboard without a type: {name}"),
    };
}
