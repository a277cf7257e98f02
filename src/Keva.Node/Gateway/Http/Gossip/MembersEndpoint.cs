using Keva.Node.Gossip;

namespace Keva.Node.Gateway.Http.Gossip;

/// <summary><c>GET /v1/members</c>: the members as this node sees them, all or those that match.</summary>
internal sealed class MembersEndpoint(IGossipService gossip)
{
    private static readonly string[] Parameters = ["name", "status", "tag"];

    public async ValueTask HandleAsync(HttpExchange exchange)
    {
        if (!UrlParameters.TryParse(exchange.Target.Query, Parameters, out var parameters, out var failure)
            || !MemberFilter.TryCreate(parameters, out var filter, out failure))
        {
            await exchange.SendErrorAsync(failure);
            return;
        }

        var view = await gossip.GetViewAsync(exchange.Aborted);
        exchange.ResponseHeaders.CacheControl = KevaHeaders.NoCache;
        var json = exchange.StartJson();
        json.WriteStartObject();
        json.WriteString("node"u8, view.Name);
        json.WriteStartArray("members"u8);
        foreach (var member in view.Members.Where(filter.Admits))
        {
            GossipJson.WriteMember(json, member);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await exchange.SendJsonAsync();
    }
}
