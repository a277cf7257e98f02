using Microsoft.AspNetCore.Http;

namespace Keva.Node.Gateway.Http;

/// <summary>
/// Cross-origin resource sharing (Fetch standard §3.3) among the members: the dashboard of one member may use what a dashboard
/// needs of another. No other page, and no other path.
/// </summary>
internal sealed class MemberSharing(MemberOrigins members)
{
    /// <summary>What begins with this is for dashboards.</summary>
    public const string DashboardPath = "/v1/dashboard";

    private const string Methods = "GET, PUT, DELETE";
    private const string PreflightSeconds = "600";

    private static readonly string ExposedHeaders = string.Join(
        ", ", KevaHeaders.Node, KevaHeaders.Leader, KevaHeaders.Revision, KevaHeaders.Consistency, KevaHeaders.Age, "ETag");

    /// <summary>Whether the request comes from a page of a member and asks for what such pages get; the answer then says so.</summary>
    public bool TryShare(HttpExchange exchange)
    {
        var origin = exchange.RequestHeaders.Origin;
        if (origin.Count != 1 || !IsShared(exchange.Target.Path) || !members.Contains(origin.ToString()))
        {
            return false;
        }

        var headers = exchange.ResponseHeaders;
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlExposeHeaders = ExposedHeaders;
        headers.Vary = "Origin";
        return true;
    }

    /// <summary>Whether a browser only asks whether it may send a request.</summary>
    public static bool IsPreflight(HttpExchange exchange) =>
        exchange.Method == "OPTIONS" && exchange.RequestHeaders.AccessControlRequestMethod.Count > 0;

    /// <summary>Answers a preflight of a request that is shared.</summary>
    public static ValueTask AllowAsync(HttpExchange exchange)
    {
        var headers = exchange.ResponseHeaders;
        headers.AccessControlAllowMethods = Methods;
        headers.AccessControlMaxAge = PreflightSeconds;
        return exchange.SendStatusAsync(StatusCodes.Status204NoContent);
    }

    private static bool IsShared(ReadOnlySpan<char> path) =>
        path.StartsWith(StorageEndpoint.PathPrefix, StringComparison.Ordinal)
        || (path.StartsWith(DashboardPath, StringComparison.Ordinal) && (path.Length == DashboardPath.Length || path[DashboardPath.Length] == '/'));
}
