using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Keva.Tests.Gateway;

/// <summary>A response as it came over the socket. Header names in lower case.</summary>
internal sealed record RawResponse(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public (string Code, string Sentence) Error => ErrorBodies.ReadError(Text);
}

/// <summary>A client that sends what it is told, well-formed or not, and reads one response at a time.</summary>
internal sealed class RawHttpConnection : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _deadline = new(Deadline);
    private readonly TcpClient _client = new() { NoDelay = true };
    private NetworkStream _stream = null!;

    public static async Task<RawHttpConnection> OpenAsync(int port)
    {
        var connection = new RawHttpConnection();
        await connection._client.ConnectAsync(IPAddress.Loopback, port, connection._deadline.Token);
        connection._stream = connection._client.GetStream();
        return connection;
    }

    public Task WriteAsync(string text) => WriteAsync(Encoding.Latin1.GetBytes(text));

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes, _deadline.Token);

    /// <summary>Says that nothing more will be sent, and goes on reading.</summary>
    public void FinishWriting() => _client.Client.Shutdown(SocketShutdown.Send);

    /// <summary>Breaks the connection without a farewell.</summary>
    public void Reset()
    {
        _client.Client.LingerState = new LingerOption(enable: true, seconds: 0);
        _client.Close();
    }

    public async Task<RawResponse> SendAsync(string method, string target, string headers = "", string body = "")
    {
        var length = body.Length == 0 ? "" : $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n";
        await WriteAsync($"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{length}{headers}\r\n");
        await WriteAsync(Encoding.UTF8.GetBytes(body));
        return await ReadResponseAsync(hasBody: method != "HEAD");
    }

    public async Task<RawResponse> ReadResponseAsync(bool hasBody = true)
    {
        var status = (await ReadLineAsync()).Split(' ');
        Assert.Equal("HTTP/1.1", status[0]);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await ReadLineAsync() is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(line[..colon], line[(colon + 1)..].Trim());
        }

        Assert.False(headers.ContainsKey("transfer-encoding")); // every answer has a known length
        var length = hasBody && headers.TryGetValue("content-length", out var text)
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : 0;
        var body = new byte[length];
        await _stream.ReadExactlyAsync(body, _deadline.Token);
        return new RawResponse(int.Parse(status[1], CultureInfo.InvariantCulture), headers, body);
    }

    /// <summary>Waits for the server to close the connection, and gives what it still sent.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var rest = new MemoryStream();
        try
        {
            await _stream.CopyToAsync(rest, _deadline.Token);
        }
        catch (IOException)
        {
            // A reset ends a connection as well as a farewell does.
        }

        return Encoding.Latin1.GetString(rest.ToArray());
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        _deadline.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (true)
        {
            await _stream.ReadExactlyAsync(one, _deadline.Token);
            if (one[0] == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)one[0]);
        }
    }
}
