using System.Text.Json;
using Keva.Node.Gossip;
using Keva.Serf;
using Microsoft.AspNetCore.Http;

namespace Keva.Node.Gateway.Http.Gossip;

/// <summary><c>GET /v1/monitor</c>: what happens in the gossip from now on, until the client goes.</summary>
internal sealed class MonitorEndpoint(IGossipService gossip)
{
    public async ValueTask HandleAsync(HttpExchange exchange)
    {
        if (ReadParameters.RefuseAny(exchange.Target.Query) is { } failure)
        {
            await exchange.SendErrorAsync(failure);
            return;
        }

        if (exchange.IsHead)
        {
            await exchange.SendStatusAsync(StatusCodes.Status200OK);
            return;
        }

        using var watch = await gossip.StartWatchingAsync(exchange.Aborted);
        var lines = new JsonLines(exchange);

        // The client then knows that nothing is missed from here on.
        await lines.WriteAsync(json => json.WriteString("event"u8, "watching"u8));
        await foreach (var news in watch.News.ReadAllAsync(exchange.Aborted))
        {
            await lines.WriteAsync(json => Write(json, news));
        }
    }

    private static void Write(Utf8JsonWriter json, GossipNews news)
    {
        switch (news)
        {
            case MemberNews changed:
                json.WriteString("event"u8, NameOf(changed.Kind));
                json.WritePropertyName("member"u8);
                GossipJson.WriteMember(json, changed.Member);
                break;
            case UserEventNews received:
                json.WriteString("event"u8, "user"u8);
                json.WriteNumber("ltime"u8, received.LamportTime);
                json.WriteString("name"u8, received.Name);
                GossipJson.WritePayload(json, received.Payload.Span);
                json.WriteBoolean("coalesce"u8, received.Coalesce);
                break;
            case QueryNews query:
                json.WriteString("event"u8, "query"u8);
                json.WriteNumber("ltime"u8, query.Id.LamportTime);
                json.WriteNumber("id"u8, query.Id.Id);
                json.WriteString("name"u8, query.Name);
                GossipJson.WritePayload(json, query.Payload.Span);
                json.WriteString("from"u8, query.From);
                break;
            case NewsLost lost:
                json.WriteString("event"u8, "lost"u8);
                json.WriteNumber("count"u8, lost.Count);
                break;
            default:
                throw new InvalidOperationException($"news without a name: {news.GetType().Name}");
        }
    }

    /// <summary>As Serf calls them.</summary>
    private static string NameOf(MemberEventKind kind) => kind switch
    {
        MemberEventKind.Joined => "member-join",
        MemberEventKind.Left => "member-leave",
        MemberEventKind.Failed => "member-failed",
        MemberEventKind.Updated => "member-update",
        MemberEventKind.Reaped => "member-reap",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "an event without a name"),
    };
}
