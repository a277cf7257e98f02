using System.Globalization;
using System.IO.Pipelines;
using Keva.Node.Gateway;
using Keva.Node.Gateway.Http;
using Keva.Node.Gateway.Http.Gossip;
using Microsoft.AspNetCore.Http;

namespace Keva.Node.Dashboard;

/// <summary><c>GET /v1/dashboard</c>: pictures of this node as server-sent events, until the client goes.</summary>
internal sealed class DashboardEndpoint(DashboardFeed feed)
{
    private static readonly string[] Parameters = ["since"];

    private static readonly KevaFailure TooMany = new(KevaError.Busy, $"{DashboardFeed.MaxWatchers} dashboards watch this node already.");

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

        using var watch = feed.TryWatch();
        if (watch is null)
        {
            await exchange.SendErrorAsync(TooMany);
            return;
        }

        PipeWriter? body = null;
        while (true)
        {
            var picture = await watch.NextAsync(exchange.Aborted);
            body ??= exchange.StartStream(KevaHeaders.EventStream);
            DashboardJson.Write(exchange.StartJson(), picture);
            await exchange.WriteJsonEventAsync(body);
        }
    }

    private static bool TryReadSince(ReadOnlySpan<char> query, out long since, out KevaFailure? failure)
    {
        since = 0;
        if (!UrlParameters.TryParse(query, Parameters, out var parameters, out failure))
        {
            return false;
        }

        if (parameters.Last("since") is { } text && !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out since))
        {
            failure = new KevaFailure(KevaError.BadRequest, "'since' is the id of an event, or 0 for all that are kept.");
        }

        return failure is null;
    }
}
