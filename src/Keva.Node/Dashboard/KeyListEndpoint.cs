using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Keva.Node.Gateway;
using Keva.Node.Gateway.Http;
using Keva.Node.Gateway.Http.Gossip;
using Keva.Node.State;

namespace Keva.Node.Dashboard;

/// <summary><c>GET /v1/dashboard/keys</c>: a page of keys, as they are applied on this node.</summary>
internal sealed class KeyListEndpoint(IStoreInspector store, IKeyValueService service)
{
    private const int DefaultLimit = 100;

    private static readonly string[] Parameters = ["prefix", "after", "limit"];

    private static readonly KevaFailure Unavailable = new(KevaError.Joining, "This node is not yet part of a cluster, or its store is busy.");

    public async ValueTask HandleAsync(HttpExchange exchange)
    {
        if (!TryRead(exchange.Target.Query, out var request, out var failure))
        {
            await exchange.SendErrorAsync(failure);
        }
        else if (await store.ListAsync(request) is { } listed)
        {
            await SendAsync(exchange, listed);
        }
        else
        {
            await exchange.SendErrorAsync(Unavailable);
        }
    }

    private ValueTask SendAsync(HttpExchange exchange, KeysListed listed)
    {
        exchange.SetRevision(listed.Revision);
        exchange.ResponseHeaders.CacheControl = KevaHeaders.NoStore;
        var json = exchange.StartJson();
        json.WriteStartObject();
        json.WriteString("node"u8, service.View.SelfName);
        json.WriteNumber("revision"u8, listed.Revision);
        json.WriteNumber("applied_index"u8, listed.AppliedIndex);
        json.WriteBoolean("more"u8, listed.HasMore);
        json.WriteStartArray("keys"u8);
        foreach (var record in listed.Records)
        {
            json.WriteStartObject();

            // A key is UTF-8 when it comes in over HTTP; who embeds a node may have put in anything.
            json.WriteString("key"u8, Encoding.UTF8.GetString(record.Key.Span));
            json.WriteNumber("bytes"u8, record.Value.Length);
            json.WriteNumber("create_revision"u8, record.CreateRevision);
            json.WriteNumber("mod_revision"u8, record.ModRevision);
            json.WriteNumber("version"u8, record.Version);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        return exchange.SendJsonAsync();
    }

    private static bool TryRead(
        ReadOnlySpan<char> query,
        [NotNullWhen(true)] out ListKeys? request,
        [NotNullWhen(false)] out KevaFailure? failure)
    {
        request = null;
        if (!UrlParameters.TryParse(query, Parameters, out var parameters, out failure))
        {
            return false;
        }

        var limit = DefaultLimit;
        if (parameters.Last("limit") is { } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > KeyListing.MaxLimit))
        {
            failure = new KevaFailure(KevaError.BadRequest, $"The limit is a number from 1 to {KeyListing.MaxLimit}.");
            return false;
        }

        request = new ListKeys(BytesOf(parameters.Last("prefix")), BytesOf(parameters.Last("after")), limit);
        failure = null;
        return true;
    }

    private static ReadOnlyMemory<byte> BytesOf(string? text) => text is null ? default : Encoding.UTF8.GetBytes(text);
}
