using System.Net.Sockets;
using System.Text.Json;

namespace Keva.Cli;

/// <summary>A request failed; the message is for the user, the exit code for the shell.</summary>
internal sealed class KevaRequestException(string message, int exitCode) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}

/// <summary>Requests to one node, and what to tell the user when it does not answer them.</summary>
internal sealed class NodeConnection(Uri node, TimeSpan? timeout = null) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) })
    {
        Timeout = timeout ?? TimeSpan.FromSeconds(30),
    };

    public void Dispose() => http.Dispose();

    /// <summary>A key may be "..": the URL must go out as it is written, not tidied up.</summary>
    public Uri UrlOf(string pathAndQuery) => new(
        node.GetLeftPart(UriPartial.Authority) + pathAndQuery,
        new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    /// <summary>Whether it says that JSON is not as a node writes it.</summary>
    public static bool IsUnreadable(Exception exception) =>
        exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException;

    public KevaRequestException NoNode() => new($"what answers at {node} is not a Keva node; is --address right?", ExitCode.Failure);

    /// <summary>Sends a request and gives an answer that says that it was done.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <param name="isStream">Whether the answer comes line by line, and its beginning is enough.</param>
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
            throw new KevaRequestException(message, code switch
            {
                "no_leader" => ExitCode.NoLeader,
                "not_found" => ExitCode.NotFound,
                _ => ExitCode.Failure,
            });
        }
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
