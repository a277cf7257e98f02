using Keva.Node.Gateway.Http;

namespace Keva.Tests.Gateway.OpenApi;

/// <summary>A request, and the status that a node gives it which is a cluster of its own.</summary>
internal sealed record DescribedRequest(string Method, string Target, int Status, string Body = "", params (string Name, string Value)[] Headers)
{
    public string Path => Target.Split('?')[0];
}

/// <summary>Requests that between them ask for everything that is described, in an order in which they go.</summary>
internal static class DescribedRequests
{
    private const string Key = StorageEndpoint.PathPrefix + "a/b";
    private static readonly string LongKey = StorageEndpoint.PathPrefix + new string('k', 4097);
    private static readonly (string, string) Foreign = ("Origin", "http://example.org");

    public static IEnumerable<DescribedRequest> All => [.. OfKeys, .. OfCommands, .. OfPages, .. OfTheCluster, .. OfTheGossip];

    private static IEnumerable<DescribedRequest> OfKeys =>
    [
        new("PUT", Key, 200, "hello"),
        new("POST", Key, 200, "hello"),
        new("GET", Key, 200),
        new("GET", Key + "?consistency=stale", 200),
        new("GET", Key, 304, "", ("If-None-Match", "*")),
        new("HEAD", Key, 200),
        new("HEAD", Key + "?consistency=strong", 400),
        new("GET", StorageEndpoint.PathPrefix + "none?consistency=stale", 204),
        new("GET", Key + "?consistency=strong", 400),
        new("GET", LongKey, 413),
        new("PUT", LongKey, 413, "v"),
        new("PUT", Key, 413, new string('v', 1024 * 1024 + 1)),
        new("PUT", Key, 400, "v", ("If-Match", "\"1\"")),
        new("PUT", Key, 415, "v", ("Content-Encoding", "gzip")),
        new("PUT", Key, 403, "v", Foreign),
        new("DELETE", LongKey, 413),
        new("DELETE", Key, 200),
        new("DELETE", Key, 204),
    ];

    private static IEnumerable<DescribedRequest> OfCommands =>
    [
        new("POST", "/", 200, """{"cmd":"set","key":"a","val":"b"}"""),
        new("POST", "/", 200, """{"cmd":"set","key":"a","val64":"/wD+"}"""),
        new("POST", "/?consistency=stale", 200, """{"cmd":"get","key":"a"}"""),
        new("POST", "/", 200, """{"cmd":"del","key":"a"}"""),
        new("POST", "/?consistency=stale", 404, """{"cmd":"get","key":"a"}"""),
        new("POST", "/", 404, """{"cmd":"delete","key":"a"}"""),
        new("POST", "/", 400, """{"cmd":"get"}"""),
        new("POST", "/", 415, """{"cmd":"get","key":"a"}""", ("Content-Type", "text/plain")),
    ];

    private static IEnumerable<DescribedRequest> OfPages =>
    [
        new("GET", "/", 200),
        new("GET", "/", 200, "", ("Accept", "text/html")),
        new("GET", "/", 304, "", ("Accept", "text/html"), ("If-None-Match", "*")),
        new("GET", "/dashboard/main.js", 200),
        new("GET", "/dashboard/dashboard.css", 200),
        new("GET", "/dashboard/icon.svg", 304, "", ("If-None-Match", "*")),
        new("GET", "/dashboard/none", 404),
        new("GET", "/v1/dashboard", 200),
        new("GET", "/v1/dashboard?since=x", 400),
        new("PUT", Key, 200, "hello"),
        new("GET", "/v1/dashboard/keys", 200),
        new("GET", "/v1/dashboard/keys?limit=0", 400),
        new("GET", "/openapi.json", 200),
        new("GET", "/health/live", 200),
        new("GET", "/health/ready", 200),
        new("GET", "/metrics", 200),
        new("GET", "/v1/warnings", 200),
    ];

    private static IEnumerable<DescribedRequest> OfTheCluster =>
    [
        new("GET", "/v1/cluster", 200),
        new("GET", "/v1/cluster?verbose=1", 400),
        new("GET", "/v1/cluster/events?since=0", 200),
        new("GET", "/v1/cluster/events?since=x", 400),
        new("POST", "/v1/cluster/join", 503, """{"address":"127.0.0.1:1"}"""),
        new("POST", "/v1/cluster/leave", 400),
        new("POST", "/v1/cluster/remove", 404, """{"member":"none"}"""),
        new("POST", "/v1/cluster/down", 409, $$"""{"member":"{{NodeAlone.Name}}"}"""),
        new("POST", "/v1/cluster/transfer", 404, """{"member":"none"}"""),
        new("POST", "/v1/cluster/transfer", 503),
    ];

    private static IEnumerable<DescribedRequest> OfTheGossip =>
    [
        new("GET", "/v1/members?status=alive", 200),
        new("GET", "/v1/members?status=(", 400),
        new("POST", "/v1/members/force-leave", 404, """{"name":"none"}"""),
        new("POST", "/v1/event", 204, """{"name":"deploy","payload":"1.4.2"}"""),
        new("POST", "/v1/event", 413, new string(' ', 64 * 1024 + 1)),
        new("POST", "/v1/query", 200, """{"name":"uptime","timeout_ms":100}"""),
        new("GET", $"/v1/rtt?from={NodeAlone.Name}", 200),
        new("GET", "/v1/rtt?from=none", 404),
        new("GET", "/v1/info", 200),
        new("GET", "/v1/monitor", 200),
        new("POST", "/v1/keys", 400, """{"operation":"list","key":"AAECAwQFBgcICQoLDA0ODw=="}"""),
    ];
}
