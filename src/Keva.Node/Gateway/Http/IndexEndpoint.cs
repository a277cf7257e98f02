using Keva.Node.Dashboard;

namespace Keva.Node.Gateway.Http;

/// <summary><c>GET /</c>: the dashboard for a browser; for others what is to be found where.</summary>
internal sealed class IndexEndpoint(IKeyValueService service, DashboardPage page)
{
    public ValueTask HandleAsync(HttpExchange exchange)
    {
        if (ReadParameters.RefuseAny(exchange.Target.Query) is { } failure)
        {
            return exchange.SendErrorAsync(failure);
        }

        exchange.ResponseHeaders.Vary = "Accept";
        if (DashboardPage.IsWanted(exchange.RequestHeaders))
        {
            return page.HandleAsync(exchange);
        }

        var view = service.View;
        var json = exchange.StartJson();
        json.WriteStartObject();
        json.WriteString("name"u8, "keva"u8);
        json.WriteString("cluster"u8, view.ClusterName);
        json.WriteString("node"u8, view.SelfName);
        json.WriteStartObject("interfaces"u8);
        json.WriteString("key"u8, "GET, PUT, POST, DELETE /v1/storage/key/{key}"u8);
        json.WriteString("command"u8, """POST / {"cmd":"set|get|delete","key":"…","val":"…"}"""u8);
        json.WriteString("cluster"u8, "GET /v1/cluster, /v1/cluster/events; POST /v1/cluster/join, /leave, /remove, /down, /transfer"u8);
        json.WriteString("gossip"u8, "GET /v1/members, /v1/monitor, /v1/rtt, /v1/info; POST /v1/event, /v1/query, /v1/keys, /v1/members/force-leave"u8);
        json.WriteString("dashboard"u8, "GET / with Accept: text/html; GET /v1/dashboard, /v1/dashboard/keys?prefix=&after=&limit="u8);
        json.WriteString("health"u8, "GET /health/live, GET /health/ready, GET /v1/warnings, GET /metrics"u8);
        json.WriteString("description"u8, "GET /openapi.json"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        return exchange.SendJsonAsync();
    }
}
