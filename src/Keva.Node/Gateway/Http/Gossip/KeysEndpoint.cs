using System.Text.Json;
using Keva.Node.Gossip;
using Keva.Serf;

namespace Keva.Node.Gateway.Http.Gossip;

/// <summary><c>POST /v1/keys</c>: changes or lists the keys that all nodes encrypt gossip with. Keys are never logged.</summary>
internal sealed class KeysEndpoint(IGossipService gossip)
{
    public async ValueTask HandleAsync(HttpExchange exchange)
    {
        var (request, failure) = await GossipRequest.ReadAsync(exchange);
        var operation = request?.RequiredText("operation") ?? "";
        var key = request?.Base64("key");
        failure ??= request?.Failure ?? Refuse(operation, key);
        if (failure is not null)
        {
            await exchange.SendErrorAsync(failure);
            return;
        }

        var result = await (operation switch
        {
            "install" => gossip.InstallKeyAsync(key, exchange.Aborted),
            "use" => gossip.UseKeyAsync(key, exchange.Aborted),
            "remove" => gossip.RemoveKeyAsync(key, exchange.Aborted),
            _ => gossip.ListKeysAsync(exchange.Aborted),
        });
        exchange.ResponseHeaders.CacheControl = KevaHeaders.NoStore;
        var json = exchange.StartJson();
        json.WriteStartObject();
        json.WriteNumber("nodes"u8, result.Nodes);
        json.WriteNumber("answers"u8, result.Answers);
        json.WriteStartObject("failures"u8);
        foreach (var (node, reason) in result.Failures)
        {
            json.WriteString(node, reason);
        }

        json.WriteEndObject();
        if (operation == "list")
        {
            WriteCounts(json, "keys", result.Keys);
            WriteCounts(json, "primary_keys", result.PrimaryKeys);
        }

        json.WriteEndObject();
        await exchange.SendJsonAsync();
    }

    private static KevaFailure? Refuse(string operation, byte[]? key) => operation switch
    {
        "list" when key is null => null,
        "list" => new KevaFailure(KevaError.BadRequest, "A list takes no 'key'."),
        "install" or "use" or "remove" when key is { Length: 16 or 24 or 32 } => null,
        "install" or "use" or "remove" => new KevaFailure(KevaError.BadRequest, "The property 'key' must be 16, 24 or 32 bytes in base 64."),
        _ => new KevaFailure(KevaError.BadRequest, "The property 'operation' is one of install, use, remove and list."),
    };

    private static void WriteCounts(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, int> counts)
    {
        json.WriteStartObject(name);
        foreach (var (key, count) in counts)
        {
            json.WriteNumber(key, count);
        }

        json.WriteEndObject();
    }
}
