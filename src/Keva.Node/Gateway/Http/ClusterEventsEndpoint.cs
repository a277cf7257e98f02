using System.Globalization;
using System.Text.Json;
using Keva.Node.Gateway.Events;
using Keva.Node.Gateway.Http.Gossip;
using Microsoft.AspNetCore.Http;

namespace Keva.Node.Gateway.Http;

/// <summary>
/// <c>GET /v1/cluster/events</c>: what happens to the cluster, from now on or since a moment, until the client goes. Served
/// without a leader, too.
/// </summary>
/// <param name="events">Where they come from.</param>
/// <param name="keepAlive">How long nothing is sent at most, so that both ends notice when the other is gone.</param>
internal sealed class ClusterEventsEndpoint(IClusterEvents events, TimeSpan? keepAlive = null)
{
    private static readonly TimeSpan DefaultKeepAlive = TimeSpan.FromSeconds(10);
    private static readonly string[] Parameters = ["since"];

    public HttpRoute Route => new("/v1/cluster/events", ("GET", HandleAsync));

    /// <summary>How the interface calls a kind.</summary>
    public static string NameOf(ClusterEventKind kind) => kind switch
    {
        ClusterEventKind.MembersKnown => "members_known",
        ClusterEventKind.LeaderElected => "leader_elected",
        ClusterEventKind.LeaderLost => "leader_lost",
        ClusterEventKind.TermChanged => "term_changed",
        ClusterEventKind.MemberJoining => "member_joining",
        ClusterEventKind.MemberJoined => "member_joined",
        ClusterEventKind.MemberPromoted => "member_promoted",
        ClusterEventKind.MemberDemoted => "member_demoted",
        ClusterEventKind.MemberSuspected => "member_suspected",
        ClusterEventKind.MemberFailed => "member_failed",
        ClusterEventKind.MemberRecovered => "member_recovered",
        ClusterEventKind.MemberMoved => "member_moved",
        ClusterEventKind.MemberReplaced => "member_replaced",
        ClusterEventKind.MemberRemoved => "member_removed",
        ClusterEventKind.MemberLeft => "member_left",
        ClusterEventKind.NodeReady => "node_ready",
        ClusterEventKind.NodeNotReady => "node_not_ready",
        ClusterEventKind.NodeStopping => "node_stopping",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "an event without a name"),
    };

    private async ValueTask HandleAsync(HttpExchange exchange)
    {
        if (!TryReadSince(exchange, out var since, out var failure))
        {
            await exchange.SendErrorAsync(failure!);
            return;
        }

        if (exchange.IsHead)
        {
            await exchange.SendStatusAsync(StatusCodes.Status200OK);
            return;
        }

        using var watch = await events.WatchAsync(since, exchange.Aborted);
        if (watch is null)
        {
            await exchange.SendErrorAsync(KevaError.Busy, $"{ClusterEventLog.MostWatchers} clients watch this node already; watch another.");
            return;
        }

        var stream = new ServerSentEvents(exchange);

        // The client then knows that nothing is missed from here on.
        await stream.SendCommentAsync("watching");
        if (watch.Missed.AreSomeLost)
        {
            await stream.SendAsync(id: null, "lost", json => json.WriteString("sentence"u8, "there were more events, which are not kept any longer"u8));
        }

        foreach (var item in watch.Missed.Events)
        {
            await SendAsync(stream, item);
        }

        await FollowAsync(exchange, watch, stream);
    }

    private async Task FollowAsync(HttpExchange exchange, ClusterEventWatch watch, ServerSentEvents stream)
    {
        var aborted = exchange.Aborted;
        while (true)
        {
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(aborted);
            silence.CancelAfter(keepAlive ?? DefaultKeepAlive);
            try
            {
                if (!await watch.Events.WaitToReadAsync(silence.Token))
                {
                    return;
                }
            }
            catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
            {
                await stream.SendCommentAsync("nothing new");
            }

            while (watch.Events.TryRead(out var item))
            {
                await SendAsync(stream, item);
            }
        }
    }

    private static ValueTask SendAsync(ServerSentEvents stream, ClusterEvent item) =>
        stream.SendAsync(item.Id, NameOf(item.Change.Kind), json => Write(json, item));

    /// <summary>Writes the properties of an event.</summary>
    internal static void Write(Utf8JsonWriter json, ClusterEvent item)
    {
        json.WriteNumber("id"u8, item.Id);
        json.WriteString("time"u8, item.Time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        json.WriteString("event"u8, NameOf(item.Change.Kind));
        json.WriteString("member"u8, item.Change.Member);
        json.WriteNumber("term"u8, item.Change.Term.Value);
        json.WriteString("sentence"u8, item.Change.Sentence);
    }

    /// <summary>A browser that connects again says in a header what it has, and its URL is as old as its page.</summary>
    private static bool TryReadSince(HttpExchange exchange, out long? since, out KevaFailure? failure)
    {
        since = null;
        if (!UrlParameters.TryParse(exchange.Target.Query, Parameters, out var parameters, out failure))
        {
            return false;
        }

        var header = exchange.RequestHeaders["Last-Event-ID"];
        if ((header.Count > 0 ? header.ToString() : parameters.Last("since")) is not { } text)
        {
            return true;
        }

        if (NumberText.TryParse(text, NumberStyles.None, out long id))
        {
            since = id;
            return true;
        }

        failure = new KevaFailure(KevaError.BadRequest, "'since' is the id of an event, or 0 for all that are kept.");
        return false;
    }
}
