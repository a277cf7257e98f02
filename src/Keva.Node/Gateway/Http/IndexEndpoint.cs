namespace Keva.Node.Gateway.Http;

/// <summary><c>GET /</c>: what is to be found where.</summary>
internal sealed class IndexEndpoint(IKeyValueService service)
{
    public ValueTask HandleAsync(HttpExchange exchange)
    {
        if (ReadParameters.RefuseAny(exchange.Target.Query) is { } failure)
        {
            return exchange.SendErrorAsync(failure);
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
        json.WriteString("cluster"u8, "GET /v1/cluster"u8);
        json.WriteString("gossip"u8, "GET /v1/members, /v1/monitor, /v1/rtt, /v1/info; POST /v1/event, /v1/query, /v1/keys, /v1/members/force-leave"u8);
        json.WriteString("health"u8, "GET /health/live, GET /health/ready, GET /v1/warnings, GET /metrics"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        return exchange.SendJsonAsync();
    }
}
