using Microsoft.AspNetCore.Http;

namespace Keva.Node.Gateway.Http;

/// <summary>Whether a body says that it is JSON.</summary>
internal static class JsonMediaType
{
    private static readonly KevaFailure WrongType = new(
        KevaError.UnsupportedMediaType,
        "The body must be JSON: send Content-Type: application/json, or none.");

    /// <summary>Null, or a refusal.</summary>
    public static KevaFailure? Check(IHeaderDictionary headers) =>
        headers.ContentType.Count == 0 || IsJson(headers.ContentType.ToString()) ? null : WrongType;

    /// <summary>
    /// A form's type is taken for JSON as well: it is what <c>curl -d '{…}'</c> sends when it is not told the type. The
    /// body is read as JSON all the same, and <see cref="CrossOriginGuard"/> keeps real forms of other sites out.
    /// </summary>
    private static bool IsJson(string contentType)
    {
        var parameters = contentType.IndexOf(';', StringComparison.Ordinal);
        var mediaType = (parameters < 0 ? contentType.AsSpan() : contentType.AsSpan(0, parameters)).Trim();
        return mediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || mediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);
    }
}
