using System.IO.Pipelines;
using System.Text.Json;

namespace Keva.Node.Gateway.Http.Gossip;

/// <summary>A body of JSON objects, one a line, each sent as soon as it is written.</summary>
internal sealed class JsonLines(HttpExchange exchange)
{
    private PipeWriter? body;

    /// <summary>Begins the body if nothing was written yet.</summary>
    public async ValueTask WriteAsync(Action<Utf8JsonWriter> properties)
    {
        body ??= exchange.StartStream(KevaHeaders.JsonLines);
        var json = exchange.StartJson();
        json.WriteStartObject();
        properties(json);
        json.WriteEndObject();
        await exchange.WriteJsonLineAsync(body);
    }
}
