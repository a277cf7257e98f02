using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Keva.Cli;

/// <summary>A request failed; the message is for the user, the exit code for the shell.</summary>
internal sealed class KevaRequestException(string message, int exitCode) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>The node does not know the path: it is older than this program.</summary>
    public bool IsUnknownPath { get; init; }
}

/// <summary>Requests to one node, and what to tell the user when it does not answer them.</summary>
internal sealed class NodeConnection(NodeAddress node, TimeSpan? timeout = null) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) })
    {
        Timeout = timeout ?? TimeSpan.FromSeconds(30),
    };

    public NodeAddress Node => node;

    public void Dispose() => http.Dispose();

    /// <summary>A key may be "..": the URL must go out as it is written, not tidied up.</summary>
    public Uri UrlOf(string pathAndQuery) => new(
        node.Url.GetLeftPart(UriPartial.Authority) + pathAndQuery,
        new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    /// <summary>Whether it says that JSON is not as a node writes it.</summary>
    public static bool IsUnreadable(Exception exception) =>
        exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or NotSupportedException;

    public KevaRequestException NoNode() => new($"what answers at {node.Url} is not a Keva node; {node.AdviceOnStranger}", ExitCode.Failure);

    public async Task<T> GetAsync<T>(string path, CancellationToken cancellation)
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, UrlOf(path)), cancellation);
        return await ReadAsync<T>(response, cancellation);
    }

    public async Task<T> PostAsync<T>(string path, object body, CancellationToken cancellation)
    {
        using var response = await SendAsync(Post(path, body), cancellation);
        return await ReadAsync<T>(response, cancellation);
    }

    /// <summary>For what is answered with nothing of interest.</summary>
    public async Task PostAsync(string path, object body, CancellationToken cancellation)
    {
        using var response = await SendAsync(Post(path, body), cancellation);
    }

    public HttpRequestMessage Post(string path, object body) =>
        new(HttpMethod.Post, UrlOf(path))
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, CliJson.Options))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            },
        };

    /// <summary>Sends a request and gives an answer that says that it was done.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <param name="isStream">Whether the answer comes piece by piece, and its beginning is enough.</param>
    /// <exception cref="KevaRequestException">It was not done, or no node answers.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation, bool isStream = false)
    {
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(
                request, isStream ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead, cancellation);
        }
        catch (HttpRequestException exception)
        {
            var reason = exception.InnerException is SocketException socket ? socket.Message : exception.Message;
            throw new KevaRequestException($"no node answers at {node.Url} ({reason}); {node.Advice}", ExitCode.Failure);
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new KevaRequestException(
                $"the node at {node.Url} did not answer within {http.Timeout.TotalSeconds} s; it may be stuck, ask another", ExitCode.Failure);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await FailureOfAsync(response, cancellation);
        }
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(CliJson.Options, cancellation) ?? throw NoNode();
        }
        catch (Exception exception) when (IsUnreadable(exception))
        {
            throw NoNode();
        }
    }

    private static async Task<KevaRequestException> FailureOfAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var (message, code) = await ReadErrorAsync(response, cancellation);
        return new KevaRequestException(message, code switch
        {
            "no_leader" => ExitCode.NoLeader,
            "not_found" => ExitCode.NotFound,
            _ => ExitCode.Failure,
        })
        {
            IsUnknownPath = (int)response.StatusCode is 404 or 405,
        };
    }

    private static async Task<(string Message, string Code)> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellation));
            return (json.RootElement.GetProperty("error").GetString() ?? "", json.RootElement.GetProperty("code").GetString() ?? "");
        }
        catch (Exception exception) when (IsUnreadable(exception))
        {
            return ($"the node answered {(int)response.StatusCode} {response.ReasonPhrase}", "");
        }
    }
}
