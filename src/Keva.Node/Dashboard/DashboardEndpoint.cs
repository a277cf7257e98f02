using System.Globalization;
using Keva.Node.Gateway;
using Keva.Node.Gateway.Events;
using Keva.Node.Gateway.Http;
using Keva.Node.Gateway.Http.Gossip;
using Microsoft.AspNetCore.Http;

namespace Keva.Node.Dashboard;

/// <summary>
/// <c>GET /v1/dashboard</c>: pictures of this node as server-sent events, until the client goes. What happened to the cluster
/// goes with them, because a browser has six connections to a node for all of its pages.
/// </summary>
internal sealed class DashboardEndpoint(DashboardFeed feed, IClusterEvents events)
{
    private static readonly string[] Parameters = ["since"];

    private static readonly KevaFailure TooMany = new(
        KevaError.Busy, $"{DashboardFeed.MaxWatchers} dashboards watch this node already; look at another.");

    public async ValueTask HandleAsync(HttpExchange exchange)
    {
        if (!TryReadSince(exchange.Target.Query, out var since, out var failure))
        {
            await exchange.SendErrorAsync(failure!);
            return;
        }

        if (exchange.IsHead)
        {
            await exchange.SendStatusAsync(StatusCodes.Status200OK);
            return;
        }

        using var pictures = feed.TryWatch();
        using var happenings = pictures is null ? null : await events.WatchAsync(since, exchange.Aborted);
        if (happenings is null)
        {
            await exchange.SendErrorAsync(TooMany);
            return;
        }

        await SendAsync(exchange, pictures!, happenings);
    }

    private static async Task SendAsync(HttpExchange exchange, DashboardWatch pictures, ClusterEventWatch happenings)
    {
        var stream = new ServerSentEvents(exchange);
        var news = new List<ClusterEvent>(happenings.Missed.Events);
        while (true)
        {
            var picture = await pictures.NextAsync(exchange.Aborted);
            while (happenings.Events.TryRead(out var happening))
            {
                news.Add(happening);
            }

            await stream.SendAsync(id: null, "picture", json => DashboardJson.Write(json, picture, news));
            news.Clear();
        }
    }

    private static bool TryReadSince(ReadOnlySpan<char> query, out long since, out KevaFailure? failure)
    {
        since = 0;
        if (!UrlParameters.TryParse(query, Parameters, out var parameters, out failure))
        {
            return false;
        }

        if (parameters.Last("since") is { } text && !NumberText.TryParse(text, NumberStyles.None, out since))
        {
            failure = new KevaFailure(KevaError.BadRequest, "'since' is the id of an event, or 0 for all that are kept.");
        }

        return failure is null;
    }
}
