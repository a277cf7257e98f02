using System.Collections.Frozen;
using Keva.Node.Dashboard;

namespace Keva.Node.Gateway.Http;

/// <summary>Finds what serves a request by its raw path, keys first.</summary>
internal sealed class HttpRouter
{
    private readonly StorageEndpoint _storage;
    private readonly MemberSharing _sharing;
    private readonly FrozenDictionary<string, HttpRoute>.AlternateLookup<ReadOnlySpan<char>> _routes;

    public HttpRouter(KevaHttpOptions options, IKeyValueService service, IEnumerable<HttpRoute> more)
    {
        _storage = new StorageEndpoint(options, service);
        var members = new MemberOrigins(service);
        _sharing = new MemberSharing(members);
        var page = new DashboardPage(members);
        var health = new HealthEndpoint(service);
        HttpRoute[] own =
        [
            .. page.Files,
            new("/", ("GET", new IndexEndpoint(service, page).HandleAsync), ("POST", new CommandEndpoint(options, service).HandleAsync)),
            new("/v1/cluster", ("GET", new ClusterEndpoint(service).HandleAsync)),
            new("/health/live", ("GET", HealthEndpoint.HandleLiveAsync)),
            new("/health/ready", ("GET", health.HandleReadyAsync)),
            new OpenApiEndpoint().Route,
        ];
        _routes = own.Concat(more)
            .ToDictionary(route => route.Path, StringComparer.Ordinal) // throws on a path that is given twice
            .ToFrozenDictionary(StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Every path, with a name in braces for what varies, and its methods as the <c>Allow</c> header lists them.</summary>
    public IEnumerable<(string Path, string Allow)> Served =>
        _routes.Dictionary.Values.Select(route => (route.Path, route.Allow)).Prepend((StorageEndpoint.Route, StorageEndpoint.Allow));

    public ValueTask DispatchAsync(HttpExchange exchange)
    {
        var path = exchange.Target.Path;
        var isKey = path.StartsWith(StorageEndpoint.PathPrefix, StringComparison.Ordinal);
        HttpRoute? route = null;
        if (isKey)
        {
            exchange.Route = StorageEndpoint.Route;
        }
        else if (_routes.TryGetValue(path, out route))
        {
            exchange.Route = route.Path;
        }

        var isShared = exchange.RequestHeaders.Origin.Count > 0 && _sharing.TryShare(exchange);
        if (isShared && MemberSharing.IsPreflight(exchange))
        {
            return MemberSharing.AllowAsync(exchange);
        }

        if (!isShared && exchange.Method is not ("GET" or "HEAD") && CrossOriginGuard.Check(exchange.RequestHeaders) is { } failure)
        {
            BodyReader.LeaveUnread(exchange);
            return exchange.SendErrorAsync(failure);
        }

        if (isKey)
        {
            return _storage.HandleAsync(exchange);
        }

        if (route is null)
        {
            BodyReader.LeaveUnread(exchange);
            return exchange.SendErrorAsync(KevaError.NotFound, "There is no such path; GET / lists what there is.");
        }

        if (route.HandlerOf(exchange.Method) is { } handler)
        {
            return handler(exchange);
        }

        BodyReader.LeaveUnread(exchange);
        return exchange.SendMethodNotAllowedAsync(route.Allow);
    }
}
