using System.Buffers.Text;
using System.Text;

namespace Keva.LoadGenerator.Http;

/// <summary>How far a response has come.</summary>
internal enum HttpResponseState
{
    Incomplete,
    Complete,
    Malformed,
}

/// <summary>
/// Reads one HTTP/1.1 response from a buffer to which more bytes are added at the end. It knows what servers under test
/// send: a body of a given length, a chunked body, or none. Allocates nothing.
/// </summary>
internal struct HttpResponseReader
{
    public const int MaxHeadBytes = 32 * 1024;
    public const int MaxBodyBytes = 16 * 1024 * 1024;

    // Digits of a chunk's length that MaxBodyBytes can have; what a server may put behind them is never longer than this.
    private const int MaxChunkLineBytes = 64;

    private bool hasHead;
    private bool isChunked;

    // Where the next chunk's line begins.
    private int nextChunk;

    public int Status { get; private set; }

    /// <summary>Where the body begins. A chunked body is put together here, in the buffer.</summary>
    public int BodyStart { get; private set; }

    public int BodyLength { get; private set; }

    /// <summary>The bytes of the whole response, once it is complete.</summary>
    public int Length { get; private set; }

    /// <summary>Whether the server takes another request on this connection.</summary>
    public bool IsKeptAlive { get; private set; }

    /// <summary>Reads on, given all bytes since the response's first.</summary>
    public HttpResponseState Advance(Span<byte> received)
    {
        if (!hasHead)
        {
            var state = ReadHead(received);
            if (state != HttpResponseState.Complete)
            {
                return state;
            }

            hasHead = true;
        }

        if (isChunked)
        {
            return ReadChunks(received);
        }

        Length = BodyStart + BodyLength;
        return received.Length >= Length ? HttpResponseState.Complete : HttpResponseState.Incomplete;
    }

    private HttpResponseState ReadHead(ReadOnlySpan<byte> received)
    {
        var end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return received.Length > MaxHeadBytes ? HttpResponseState.Malformed : HttpResponseState.Incomplete;
        }

        if (end > MaxHeadBytes || !TryReadStatus(received[..end]))
        {
            return HttpResponseState.Malformed;
        }

        BodyStart = end + 4;
        nextChunk = BodyStart;
        IsKeptAlive = true;
        int? length = null;
        var rest = received[..end];
        while (true)
        {
            var lineEnd = rest.IndexOf("\r\n"u8);
            if (lineEnd < 0)
            {
                break;
            }

            rest = rest[(lineEnd + 2)..];
            var next = rest.IndexOf("\r\n"u8);
            if (!TryReadHeader(next < 0 ? rest : rest[..next], ref length))
            {
                return HttpResponseState.Malformed;
            }
        }

        return SetBody(length);
    }

    private HttpResponseState SetBody(int? length)
    {
        // RFC 9112, section 6.3: these have no body whatever their headers say.
        if (Status is 204 or 304)
        {
            isChunked = false;
            BodyLength = 0;
            return HttpResponseState.Complete;
        }

        // A body that ends with the connection is of no use to a client that keeps its connections, and one with both
        // lengths is an attack. An interim response (1xx) was never asked for.
        if (Status < 200 || (length is null && !isChunked) || (length is not null && isChunked))
        {
            return HttpResponseState.Malformed;
        }

        BodyLength = length ?? 0;
        return HttpResponseState.Complete;
    }

    private bool TryReadStatus(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("HTTP/1.1 "u8) || head.Length < 12 || (head.Length > 12 && head[12] is not ((byte)' ' or (byte)'\r')))
        {
            return false;
        }

        var isNumber = Utf8Parser.TryParse(head.Slice(9, 3), out int status, out var digits) && digits == 3;
        Status = status;
        return isNumber && status is >= 100 and <= 599;
    }

    private bool TryReadHeader(ReadOnlySpan<byte> line, ref int? length)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0)
        {
            return false;
        }

        var name = line[..colon];
        var value = line[(colon + 1)..].Trim(" \t"u8);
        if (Ascii.EqualsIgnoreCase(name, "Content-Length"u8))
        {
            if (!Utf8Parser.TryParse(value, out int bytes, out var digits) || digits != value.Length || value[0] is (byte)'-' or (byte)'+'
                || bytes > MaxBodyBytes || (length is not null && length != bytes))
            {
                return false;
            }

            length = bytes;
        }
        else if (Ascii.EqualsIgnoreCase(name, "Transfer-Encoding"u8))
        {
            isChunked = Ascii.EqualsIgnoreCase(value, "chunked"u8);
            return isChunked;
        }
        else if (Ascii.EqualsIgnoreCase(name, "Connection"u8) && Ascii.EqualsIgnoreCase(value, "close"u8))
        {
            IsKeptAlive = false;
        }

        return true;
    }

    private HttpResponseState ReadChunks(Span<byte> received)
    {
        while (true)
        {
            var rest = received[nextChunk..];
            var lineEnd = rest.IndexOf("\r\n"u8);
            if (lineEnd < 0)
            {
                return rest.Length > MaxChunkLineBytes ? HttpResponseState.Malformed : HttpResponseState.Incomplete;
            }

            if (!Utf8Parser.TryParse(rest[..lineEnd], out int size, out var digits, 'x') || digits > 7 || BodyLength > MaxBodyBytes - size
                || (digits < lineEnd && rest[digits] != ';'))
            {
                return HttpResponseState.Malformed;
            }

            // Trailers are not asked for (no TE in the requests), so the last chunk is followed by an empty line.
            var data = lineEnd + 2;
            if (rest.Length < data + size + 2)
            {
                return HttpResponseState.Incomplete;
            }

            if (!rest.Slice(data + size, 2).SequenceEqual("\r\n"u8))
            {
                return HttpResponseState.Malformed;
            }

            rest.Slice(data, size).CopyTo(received[(BodyStart + BodyLength)..]);
            BodyLength += size;
            nextChunk += data + size + 2;
            if (size == 0)
            {
                Length = nextChunk;
                return HttpResponseState.Complete;
            }
        }
    }
}
