using Keva.Node.Gossip;

namespace Keva.Node.Gateway.Http.Gossip;

/// <summary><c>GET /v1/rtt</c>: how long a message from one member to another and back should take.</summary>
internal sealed class RoundTripEndpoint(IGossipService gossip)
{
    private static readonly string[] Parameters = ["from", "to"];

    public async ValueTask HandleAsync(HttpExchange exchange)
    {
        if (!UrlParameters.TryParse(exchange.Target.Query, Parameters, out var parameters, out var failure))
        {
            await exchange.SendErrorAsync(failure);
            return;
        }

        if (parameters.Last("from") is not { Length: > 0 } from)
        {
            await exchange.SendErrorAsync(KevaError.BadRequest, "The query parameter 'from' is missing; 'to' is this node if it is not given.");
            return;
        }

        var to = parameters.Last("to") ?? (await gossip.GetViewAsync(exchange.Aborted)).Name;
        foreach (var name in new[] { from, to })
        {
            // To itself: known as soon as anything is known of the member.
            if (await gossip.EstimateRoundTripAsync(name, name, exchange.Aborted) is null)
            {
                await exchange.SendErrorAsync(KevaError.NotFound, $"Could not find a coordinate for node \"{name}\".");
                return;
            }
        }

        var estimate = await gossip.EstimateRoundTripAsync(from, to, exchange.Aborted);
        if (estimate is not { } time)
        {
            await exchange.SendErrorAsync(KevaError.NotFound, $"There is no estimate between \"{from}\" and \"{to}\" yet.");
            return;
        }

        exchange.ResponseHeaders.CacheControl = KevaHeaders.NoCache;
        var json = exchange.StartJson();
        json.WriteStartObject();
        json.WriteString("from"u8, from);
        json.WriteString("to"u8, to);
        json.WriteNumber("rtt_ms"u8, time.TotalMilliseconds);
        json.WriteEndObject();
        await exchange.SendJsonAsync();
    }
}
