using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Keva.Cli;

/// <summary>A value and the revision of its last change.</summary>
internal readonly record struct StoredValue(byte[] Bytes, long Revision);

/// <summary>Keys and values of one node, over HTTP.</summary>
internal sealed class KevaHttpClient(NodeConnection node)
{
    /// <summary>The value, or null if there is no such key.</summary>
    public async Task<StoredValue?> GetAsync(string key, bool stale, CancellationToken cancellation)
    {
        var url = UrlOf(key, stale ? "?consistency=stale" : "");
        using var response = await node.SendAsync(new HttpRequestMessage(HttpMethod.Get, url), cancellation);
        if (response.StatusCode == HttpStatusCode.NoContent)
        {
            return null;
        }

        var revision = response.Headers.ETag is { } tag && long.TryParse(tag.Tag.Trim('"'), CultureInfo.InvariantCulture, out var number) ? number : 0;
        return new StoredValue(await response.Content.ReadAsByteArrayAsync(cancellation), revision);
    }

    /// <summary>The revision of the write.</summary>
    public async Task<long> SetAsync(string key, byte[] value, CancellationToken cancellation)
    {
        using var response = await node.SendAsync(
            new HttpRequestMessage(HttpMethod.Put, UrlOf(key)) { Content = new ByteArrayContent(value) }, cancellation);
        return await ReadRevisionAsync(response, cancellation);
    }

    /// <summary>The revision of the deletion, or null if there was no such key.</summary>
    public async Task<long?> DeleteAsync(string key, CancellationToken cancellation)
    {
        using var response = await node.SendAsync(new HttpRequestMessage(HttpMethod.Delete, UrlOf(key)), cancellation);
        return response.StatusCode == HttpStatusCode.NoContent ? null : await ReadRevisionAsync(response, cancellation);
    }

    private Uri UrlOf(string key, string query = "") => node.UrlOf("/v1/storage/key/" + Uri.EscapeDataString(key) + query);

    private async Task<long> ReadRevisionAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellation));
            return json.RootElement.GetProperty("revision").GetInt64();
        }
        catch (Exception exception) when (NodeConnection.IsUnreadable(exception))
        {
            throw node.NoNode();
        }
    }
}
