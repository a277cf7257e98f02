using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Keva.Cluster.Tests.Harness;

/// <summary>
/// One connection with the bytes of HTTP/1.1 under the caller's control: for requests that no decent client sends, and
/// for load that leaves the processors to the nodes.
/// </summary>
internal sealed class BareHttpConnection : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] buffer = new byte[16 * 1024];
    private int start;
    private int end;

    /// <summary>The body of the last answer; good until the next one is read.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>The status line and the headers of the last answer; good until the next one is read.</summary>
    public ReadOnlyMemory<byte> Head { get; private set; }

    public static async Task<BareHttpConnection> OpenAsync(int port, CancellationToken cancellation = default)
    {
        var connection = new BareHttpConnection();
        try
        {
            await connection.socket.ConnectAsync(IPAddress.Loopback, port, cancellation);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Dispose() => socket.Dispose();

    public ValueTask SendAsync(string text, CancellationToken cancellation = default) => SendAsync(Encoding.Latin1.GetBytes(text), cancellation);

    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation = default)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, cancellation)..];
        }
    }

    /// <summary>Reads one answer: its status; the body is in <see cref="Body"/>.</summary>
    /// <exception cref="IOException">The connection ended before the answer did.</exception>
    public async ValueTask<int> ReadAnswerAsync(CancellationToken cancellation = default)
    {
        int headerLength;
        while ((headerLength = buffer.AsSpan(start, end - start).IndexOf("\r\n\r\n"u8)) < 0)
        {
            await FillAsync(cancellation);
        }

        var header = buffer.AsSpan(start, headerLength + 2);
        Utf8Parser.TryParse(header[9..12], out int status, out _);
        var length = ContentLengthOf(header);
        var bodyAt = headerLength + 4;
        while (end - start < bodyAt + length)
        {
            await FillAsync(cancellation);
        }

        Head = buffer.AsMemory(start, headerLength + 2);
        Body = buffer.AsMemory(start + bodyAt, length);
        start += bodyAt + length;
        return status;
    }

    /// <summary>A request to set a key, ready to be sent.</summary>
    public static byte[] SetRequest(string key, ReadOnlySpan<byte> value)
    {
        var head = string.Create(CultureInfo.InvariantCulture, $"PUT {KevaClient.PathOf(key)} HTTP/1.1\r\nHost: keva\r\nContent-Length: {value.Length}\r\n\r\n");
        var request = new byte[head.Length + value.Length];
        Encoding.ASCII.GetBytes(head, request);
        value.CopyTo(request.AsSpan(head.Length));
        return request;
    }

    public static byte[] GetRequest(string key, string query = "") =>
        Encoding.ASCII.GetBytes($"GET {KevaClient.PathOf(key)}{query} HTTP/1.1\r\nHost: keva\r\n\r\n");

    public static byte[] DeleteRequest(string key) =>
        Encoding.ASCII.GetBytes($"DELETE {KevaClient.PathOf(key)} HTTP/1.1\r\nHost: keva\r\n\r\n");

    /// <summary>A number in a header of the last answer, in quotes or not; null if there is no such header.</summary>
    /// <param name="name">As the node writes it, with the line end before and the colon after.</param>
    public long? NumberIn(ReadOnlySpan<byte> name)
    {
        var at = Head.Span.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(Head.Span[(at + name.Length)..].TrimStart("\" "u8), out long number, out _) ? number : null;
    }

    private static int ContentLengthOf(ReadOnlySpan<byte> header)
    {
        var name = "\r\nContent-Length: "u8;
        var at = header.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(header[(at + name.Length)..], out int length, out _) ? length : 0;
    }

    private async ValueTask FillAsync(CancellationToken cancellation)
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
        }

        if (end == buffer.Length)
        {
            Array.Resize(ref buffer, 2 * buffer.Length);
        }

        var count = await socket.ReceiveAsync(buffer.AsMemory(end), cancellation);
        if (count == 0)
        {
            throw new IOException("the node closed the connection");
        }

        end += count;
    }
}
