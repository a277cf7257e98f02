using Keva.Node.Gossip;
using Keva.Node.Transport.Tcp;

namespace Keva.Node.Gateway.Http.Gossip;

/// <summary><c>POST /v1/cluster/join</c>: makes one gossip with the node at an address, and with those that it knows.</summary>
internal sealed class JoinEndpoint(IGossipService gossip)
{
    public async ValueTask HandleAsync(HttpExchange exchange)
    {
        var (request, failure) = await GossipRequest.ReadAsync(exchange);
        var address = request?.RequiredText("address") ?? "";
        if ((failure ?? request?.Failure ?? Refuse(address)) is { } problem)
        {
            await exchange.SendErrorAsync(problem);
            return;
        }

        var outcome = await gossip.JoinAsync([address], ignoreOldEvents: true, exchange.Aborted);
        if (outcome.Contacted == 0)
        {
            var reason = outcome.Failures.Count > 0 ? outcome.Failures[0].Reason.TrimEnd('.') : "nothing answers";
            await exchange.SendErrorAsync(KevaError.GossipUnavailable, $"'{address}' was not joined: {reason}.");
            return;
        }

        var json = exchange.StartJson();
        json.WriteStartObject();
        json.WriteNumber("contacted"u8, outcome.Contacted);
        json.WriteEndObject();
        await exchange.SendJsonAsync();
    }

    private static KevaFailure? Refuse(string address) => PeerAddress.TryParse(address, out _, out _)
        ? null
        : new KevaFailure(KevaError.BadRequest, "The property 'address' is where other nodes reach the node to join, as in 127.0.0.1:3700.");
}
