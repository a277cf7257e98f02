using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Keva.Cli;

/// <summary>A request failed; the message is for the user, the exit code for the shell.</summary>
internal sealed class KevaRequestException(string message, int exitCode) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}

/// <summary>A value and the revision of its last change.</summary>
internal readonly record struct StoredValue(byte[] Bytes, long Revision);

/// <summary>Talks to one node over HTTP.</summary>
internal sealed class KevaHttpClient(Uri node) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) })
    {
        Timeout = TimeSpan.FromSeconds(30),
    };

    public void Dispose() => http.Dispose();

    /// <summary>The value, or null if there is no such key.</summary>
    public async Task<StoredValue?> GetAsync(string key, bool stale, CancellationToken cancellation)
    {
        var url = UrlOf(key, stale ? "?consistency=stale" : "");
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, url), cancellation);
        if (response.StatusCode == HttpStatusCode.NoContent)
        {
            return null;
        }

        var revision = response.Headers.ETag is { } tag && long.TryParse(tag.Tag.Trim('"'), System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0;
        return new StoredValue(await response.Content.ReadAsByteArrayAsync(cancellation), revision);
    }

    /// <summary>The revision of the write.</summary>
    public async Task<long> SetAsync(string key, byte[] value, CancellationToken cancellation)
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Put, UrlOf(key)) { Content = new ByteArrayContent(value) }, cancellation);
        return await ReadRevisionAsync(response, cancellation);
    }

    /// <summary>The revision of the deletion, or null if there was no such key.</summary>
    public async Task<long?> DeleteAsync(string key, CancellationToken cancellation)
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Delete, UrlOf(key)), cancellation);
        return response.StatusCode == HttpStatusCode.NoContent ? null : await ReadRevisionAsync(response, cancellation);
    }

    /// <summary>Has the node do something; throws if it does not.</summary>
    public async Task PostAsync(string path, object body, CancellationToken cancellation)
    {
        var content = new StringContent(JsonSerializer.Serialize(body, CliJson.Options), System.Text.Encoding.UTF8, "application/json");
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Post, new Uri(node, path)) { Content = content }, cancellation);
    }

    /// <summary>The leader's name, or null.</summary>
    public Task<string?> GetLeaderAsync(CancellationToken cancellation) =>
        ReadClusterAsync(cluster => cluster.GetProperty("leader").GetString(), cancellation);

    /// <summary>The names of the members of this status.</summary>
    public Task<IReadOnlyList<string>> GetMembersAsync(string status, CancellationToken cancellation) =>
        ReadClusterAsync<IReadOnlyList<string>>(
            cluster => [.. cluster.GetProperty("members").EnumerateArray()
                .Where(member => member.GetProperty("status").ValueEquals(status))
                .Select(member => member.GetProperty("name").GetString() ?? "")],
            cancellation);

    private async Task<T> ReadClusterAsync<T>(Func<JsonElement, T> read, CancellationToken cancellation)
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(node, "/v1/cluster")), cancellation);
        try
        {
            using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellation));
            return read(json.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw NotANode();
        }
    }

    private KevaRequestException NotANode() =>
        new($"what answers at {node} is not a Keva node; is --address right?", ExitCode.Failure);

    // A key may be "..": the URL must go out as it is written, not tidied up.
    private Uri UrlOf(string key, string query = "") => new(
        node.GetLeftPart(UriPartial.Authority) + "/v1/storage/key/" + Uri.EscapeDataString(key) + query,
        new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    private async Task<long> ReadRevisionAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellation));
            return json.RootElement.GetProperty("revision").GetInt64();
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw NotANode();
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, cancellation);
        }
        catch (HttpRequestException exception)
        {
            var reason = exception.InnerException is SocketException socket ? socket.Message : exception.Message;
            throw new KevaRequestException($"no node answers at {node} ({reason}); is it running, and is --address right?", ExitCode.Failure);
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new KevaRequestException($"the node at {node} did not answer within {http.Timeout.TotalSeconds} s", ExitCode.Failure);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var (message, code) = await ReadErrorAsync(response, cancellation);
            throw new KevaRequestException(message, code == "no_leader" ? ExitCode.NoLeader : ExitCode.Failure);
        }
    }

    private static async Task<(string Message, string Code)> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellation));
            return (json.RootElement.GetProperty("error").GetString() ?? "", json.RootElement.GetProperty("code").GetString() ?? "");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return ($"the node answered {(int)response.StatusCode} {response.ReasonPhrase}", "");
        }
    }
}
