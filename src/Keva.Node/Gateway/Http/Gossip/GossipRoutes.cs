using Keva.Node.Gossip;

namespace Keva.Node.Gateway.Http.Gossip;

/// <summary>What operators ask of a node's gossip. Served without a leader, too.</summary>
public static class GossipRoutes
{
    public static IReadOnlyList<HttpRoute> Of(IGossipService gossip) =>
    [
        new("/v1/members", ("GET", Guarded(new MembersEndpoint(gossip).HandleAsync))),
        new("/v1/members/force-leave", ("POST", Guarded(new ForceLeaveEndpoint(gossip).HandleAsync))),
        new("/v1/cluster/join", ("POST", Guarded(new JoinEndpoint(gossip).HandleAsync))),
        new("/v1/event", ("POST", Guarded(new EventEndpoint(gossip).HandleAsync))),
        new("/v1/query", ("POST", Guarded(new QueryEndpoint(gossip).HandleAsync))),
        new("/v1/keys", ("POST", Guarded(new KeysEndpoint(gossip).HandleAsync))),
        new("/v1/rtt", ("GET", Guarded(new RoundTripEndpoint(gossip).HandleAsync))),
        new("/v1/info", ("GET", Guarded(new InfoEndpoint(gossip).HandleAsync))),
        new("/v1/monitor", ("GET", Guarded(new MonitorEndpoint(gossip).HandleAsync))),
    ];

    private static Func<HttpExchange, ValueTask> Guarded(Func<HttpExchange, ValueTask> handler) => async exchange =>
    {
        try
        {
            await handler(exchange);
        }
        catch (GossipException exception) when (!exchange.HasResponseStarted)
        {
            await exchange.SendErrorAsync(
                exception.IsBadRequest ? KevaError.BadRequest : KevaError.GossipUnavailable, SentenceOf(exception.Message));
        }
    };

    private static string SentenceOf(string message) =>
        message.Length == 0 ? "The gossip does not do it." : $"{char.ToUpperInvariant(message[0])}{message.AsSpan(1).TrimEnd('.')}.";
}
