using System.Text.Json;
using Keva.Node.Gateway.Http;

namespace Keva.Node.Telemetry.Warnings;

/// <summary><c>GET /v1/warnings</c>: what an operator should look at, as this node sees it. Served without a leader, too.</summary>
internal sealed class WarningsEndpoint(string node, WarningBoard board)
{
    public HttpRoute Route => new("/v1/warnings", ("GET", HandleAsync));

    private ValueTask HandleAsync(HttpExchange exchange)
    {
        if (ReadParameters.RefuseAny(exchange.Target.Query) is { } failure)
        {
            return exchange.SendErrorAsync(failure);
        }

        exchange.ResponseHeaders.CacheControl = KevaHeaders.NoCache;
        var json = exchange.StartJson();
        json.WriteStartObject();
        json.WriteString("node"u8, node);
        json.WriteStartArray("warnings"u8);
        foreach (var warning in board.Current)
        {
            WriteWarning(json, warning);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        return exchange.SendJsonAsync();
    }

    internal static void WriteWarning(Utf8JsonWriter json, Warning warning)
    {
        json.WriteStartObject();
        json.WriteString("code"u8, warning.Code);
        json.WriteString("since"u8, warning.Since.UtcDateTime);
        json.WriteString("text"u8, warning.Text);
        json.WriteString("hint"u8, warning.Hint);
        json.WriteEndObject();
    }
}
