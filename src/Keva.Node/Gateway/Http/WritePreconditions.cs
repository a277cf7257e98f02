using Microsoft.AspNetCore.Http;

namespace Keva.Node.Gateway.Http;

/// <summary>
/// Headers that change what a write means and that this server does not serve. To ignore one would do a write that the
/// client did not ask for: an unconditional one, one of a part as the whole, or one of compressed bytes as the value.
/// </summary>
internal static class WritePreconditions
{
    private static readonly KevaFailure Conditional = new(
        KevaError.BadRequest,
        "Conditional writes (If-Match, If-None-Match, If-Unmodified-Since) are not served; nothing was done.");

    private static readonly KevaFailure Partial = new(
        KevaError.BadRequest,
        "A part of a value (Content-Range) cannot be written; nothing was done.");

    private static readonly KevaFailure Encoded = new(
        KevaError.UnsupportedMediaType,
        "A body with a Content-Encoding is not decoded here; send the value as it is.");

    public static KevaFailure? Check(IHeaderDictionary headers)
    {
        if (headers.IfMatch.Count > 0 || headers.IfNoneMatch.Count > 0 || headers.IfUnmodifiedSince.Count > 0)
        {
            return Conditional;
        }

        if (headers.ContentRange.Count > 0)
        {
            return Partial;
        }

        var encoding = headers.ContentEncoding;
        return encoding.Count == 0 || string.Equals(encoding.ToString(), "identity", StringComparison.OrdinalIgnoreCase)
            ? null
            : Encoded;
    }
}
