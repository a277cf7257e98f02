using Keva.Node.Gossip;
using Microsoft.AspNetCore.Http;

namespace Keva.Node.Gateway.Http.Gossip;

/// <summary><c>POST /v1/event</c>: tells all nodes that something happened.</summary>
internal sealed class EventEndpoint(IGossipService gossip)
{
    public async ValueTask HandleAsync(HttpExchange exchange)
    {
        var (request, failure) = await GossipRequest.ReadAsync(exchange);
        var name = request?.RequiredText("name") ?? "";
        var payload = request?.Bytes("payload", "payload64") ?? [];
        var coalesce = request?.Flag("coalesce") ?? false;
        if ((failure ?? request?.Failure) is { } problem)
        {
            await exchange.SendErrorAsync(problem);
            return;
        }

        await gossip.SendEventAsync(name, payload, coalesce, exchange.Aborted);
        await exchange.SendStatusAsync(StatusCodes.Status204NoContent);
    }
}
