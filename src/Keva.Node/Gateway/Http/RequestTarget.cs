namespace Keva.Node.Gateway.Http;

/// <summary>
/// The request target as the client sent it (RFC 9112 §3.2), cut into path and query, nothing decoded or normalised:
/// a decoded path no longer tells <c>%2F</c> from <c>/</c>, and a normalised one loses the dots in a key.
/// </summary>
public readonly struct RequestTarget
{
    private readonly string _raw;
    private readonly int _pathStart;
    private readonly int _pathEnd;

    private RequestTarget(string raw, int pathStart, int pathEnd)
    {
        _raw = raw;
        _pathStart = pathStart;
        _pathEnd = pathEnd;
    }

    /// <summary>Still percent-encoded. <c>/</c> if an absolute target has no path.</summary>
    public ReadOnlySpan<char> Path => _pathStart == _pathEnd ? "/" : _raw.AsSpan(_pathStart, _pathEnd - _pathStart);

    /// <summary>What follows the question mark, still percent-encoded; empty if there is none.</summary>
    public ReadOnlySpan<char> Query => _pathEnd == _raw.Length ? default : _raw.AsSpan(_pathEnd + 1);

    /// <summary>Path and query in origin form, for the URL of the same thing on another node.</summary>
    public string PathAndQuery => string.Concat(Path, _raw.AsSpan(_pathEnd));

    /// <summary>
    /// Reads the origin form and the absolute form. The other two, <c>*</c> and <c>host:port</c>, become paths that
    /// name nothing here.
    /// </summary>
    public static RequestTarget Parse(string raw)
    {
        var pathStart = 0;
        if (!raw.StartsWith('/'))
        {
            var scheme = raw.IndexOf("://", StringComparison.Ordinal);
            if (scheme >= 0)
            {
                var authority = scheme + "://".Length;
                var authorityLength = raw.AsSpan(authority).IndexOfAny('/', '?');
                pathStart = authorityLength < 0 ? raw.Length : authority + authorityLength;
            }
        }

        var pathLength = raw.AsSpan(pathStart).IndexOf('?');
        return new RequestTarget(raw, pathStart, pathLength < 0 ? raw.Length : pathStart + pathLength);
    }
}
