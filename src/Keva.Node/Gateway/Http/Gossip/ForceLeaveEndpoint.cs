using Keva.Node.Gossip;
using Microsoft.AspNetCore.Http;

namespace Keva.Node.Gateway.Http.Gossip;

/// <summary><c>POST /v1/members/force-leave</c>: has a failed member be seen as left, or be forgotten.</summary>
internal sealed class ForceLeaveEndpoint(IGossipService gossip)
{
    public async ValueTask HandleAsync(HttpExchange exchange)
    {
        var (request, failure) = await GossipRequest.ReadAsync(exchange);
        var name = request?.RequiredText("name") ?? "";
        var prune = request?.Flag("prune") ?? false;
        if ((failure ?? request?.Failure) is { } problem)
        {
            await exchange.SendErrorAsync(problem);
            return;
        }

        if (await gossip.ForceLeaveAsync(name, prune, exchange.Aborted))
        {
            await exchange.SendStatusAsync(StatusCodes.Status204NoContent);
            return;
        }

        await exchange.SendErrorAsync(KevaError.NotFound, "This node knows no member of that name.");
    }
}
