using System.Text.Json;
using Keva.Node.Gossip;
using Keva.Serf;

namespace Keva.Node.Gateway.Http.Gossip;

/// <summary><c>POST /v1/query</c>: asks all nodes, or some, and sends on what comes back as it comes.</summary>
internal sealed class QueryEndpoint(IGossipService gossip)
{
    private const int LongestMilliseconds = 60 * 60 * 1_000;

    public async ValueTask HandleAsync(HttpExchange exchange)
    {
        var (request, failure) = await GossipRequest.ReadAsync(exchange);
        var name = request?.RequiredText("name") ?? "";
        var payload = request?.Bytes("payload", "payload64") ?? [];
        var parameters = request is null ? QueryParameters.Default : ParametersOf(request);
        failure ??= request?.Failure ?? Refuse(parameters);
        if (failure is not null)
        {
            await exchange.SendErrorAsync(failure);
            return;
        }

        var lines = new JsonLines(exchange);
        await foreach (var progress in gossip.QueryAsync(name, payload, parameters, exchange.Aborted))
        {
            await lines.WriteAsync(json => Write(json, progress));
        }
    }

    private static QueryParameters ParametersOf(GossipRequest request) => new()
    {
        Nodes = request.Texts("nodes"),
        Tags = request.Map("tags"),
        Timeout = request.Number("timeout_ms", 1, LongestMilliseconds) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null,
        RelayFactor = (byte)(request.Number("relay", 0, byte.MaxValue) ?? 0),
        WantsAcknowledgements = !request.Flag("no_ack"),
    };

    /// <summary>The nodes would take an expression that they cannot use for one that matches nobody.</summary>
    private static KevaFailure? Refuse(QueryParameters parameters) =>
        parameters.Tags.Values.All(expression => BoundedExpression.TryCompile(expression, matchesWhole: false, out _))
            ? null
            : new KevaFailure(KevaError.BadRequest, "A regular expression of 'tags' is malformed, too long, or looks back or ahead.");

    private static void Write(Utf8JsonWriter json, QueryProgress progress)
    {
        switch (progress)
        {
            case QueryAcknowledgement acknowledgement:
                json.WriteString("type"u8, "ack"u8);
                json.WriteString("from"u8, acknowledgement.From);
                break;
            case QueryAnswer answer:
                json.WriteString("type"u8, "response"u8);
                json.WriteString("from"u8, answer.From);
                GossipJson.WritePayload(json, answer.Payload.Span);
                break;
            case QueryEnded ended:
                json.WriteString("type"u8, "done"u8);
                json.WriteNumber("acks"u8, ended.Acknowledgements);
                json.WriteNumber("responses"u8, ended.Answers);
                break;
            default:
                throw new InvalidOperationException($"progress without a name: {progress.GetType().Name}");
        }
    }
}
