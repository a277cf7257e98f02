using Keva.Node.Gateway;
using Keva.Node.Gateway.Events;
using Keva.Node.Gateway.Http;

namespace Keva.Node.Dashboard;

/// <summary>What the dashboard's page asks of a node, beside the keys themselves. Served without a leader, too.</summary>
internal static class DashboardRoutes
{
    public static IReadOnlyList<HttpRoute> Of(DashboardFeed feed, IClusterEvents events, IStoreInspector store, IKeyValueService service) =>
    [
        new(MemberSharing.DashboardPath, ("GET", new DashboardEndpoint(feed, events).HandleAsync)),
        new($"{MemberSharing.DashboardPath}/keys", ("GET", new KeyListEndpoint(store, service).HandleAsync)),
    ];
}
