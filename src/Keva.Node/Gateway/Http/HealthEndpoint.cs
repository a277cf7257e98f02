namespace Keva.Node.Gateway.Http;

/// <summary>
/// <c>/health/live</c>: the process answers, and killing it would help nobody. <c>/health/ready</c>: a leader is known
/// and this node has caught up; if not, the error says why.
/// </summary>
internal sealed class HealthEndpoint(IKeyValueService service)
{
    public static ValueTask HandleLiveAsync(HttpExchange exchange) => SendStatusAsync(exchange, "live"u8);

    public ValueTask HandleReadyAsync(HttpExchange exchange)
    {
        var view = service.View;
        if (view.IsReady && !view.IsStopping)
        {
            return SendStatusAsync(exchange, "ready"u8);
        }

        exchange.ResponseHeaders.CacheControl = KevaHeaders.NoCache;
        var (error, sentence) = view switch
        {
            { IsStopping: true } => (KevaError.Stopping, "This node is stopping."),
            { Leader.IsNone: true } => (KevaError.NoLeader, "This node knows no leader."),
            _ => (KevaError.NotReady, "This node has not caught up with the cluster yet."),
        };
        return exchange.SendErrorAsync(error, view.NotReadyReason ?? sentence);
    }

    private static ValueTask SendStatusAsync(HttpExchange exchange, ReadOnlySpan<byte> status)
    {
        if (ReadParameters.RefuseAny(exchange.Target.Query) is { } failure)
        {
            return exchange.SendErrorAsync(failure);
        }

        exchange.ResponseHeaders.CacheControl = KevaHeaders.NoCache;
        var json = exchange.StartJson();
        json.WriteStartObject();
        json.WriteString("status"u8, status);
        json.WriteEndObject();
        return exchange.SendJsonAsync();
    }
}
