using Microsoft.AspNetCore.Http;

namespace Keva.Node.Gateway.Http;

/// <summary>
/// Refuses writes that a browser sends for a page of another site. Such requests need no permission of ours: a page
/// may post a form, or text without a type, to any address that the browser reaches, a node on localhost included.
/// Browsers say where a request comes from, in <c>Sec-Fetch-Site</c> (newer ones, to trustworthy addresses) or in
/// <c>Origin</c>; other clients send neither. What <see cref="MemberSharing"/> lets through does not come here.
/// </summary>
internal static class CrossOriginGuard
{
    private static readonly KevaFailure Refused = new(
        KevaError.CrossOrigin,
        "A page of another site may not change data here; the request's Origin is not this address.");

    /// <summary>Null if the request may go on. To be asked for every method but GET and HEAD.</summary>
    public static KevaFailure? Check(IHeaderDictionary headers)
    {
        var origin = headers.Origin;
        if (origin.Count == 0)
        {
            return null;
        }

        var site = headers["Sec-Fetch-Site"];
        if (site.Count > 0)
        {
            return site == "same-origin" || site == "none" ? null : Refused;
        }

        var text = origin.ToString();
        var authority = text.IndexOf("://", StringComparison.Ordinal);
        return authority >= 0 && text.AsSpan(authority + 3).Equals(headers.Host.ToString(), StringComparison.OrdinalIgnoreCase)
            ? null
            : Refused;
    }
}
