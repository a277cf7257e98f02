using System.Buffers;
using System.Runtime.CompilerServices;
using Keva.Raft;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Keva.Node.Gateway.Http;

/// <summary>A whole body, or why it was not taken. One of the two is null.</summary>
internal readonly record struct BodyOutcome(byte[]? Bytes, KevaFailure? Failure)
{
    public static implicit operator BodyOutcome(KevaFailure failure) => new(null, failure);
}

/// <summary>
/// Reads request bodies into arrays of exactly their length, because a value lives on in the log and in the store.
/// Never reads or reserves beyond the limit of one body and the quota of all.
/// </summary>
internal static class BodyReader
{
    private const int FirstChunkedBytes = 4 * 1024;

    /// <summary>A rest that is left unread on a connection that stays open. Past this, closing is cheaper than reading.</summary>
    private const int SkippedBytes = 64 * 1024;

    private static readonly KevaFailure Busy = new(
        KevaError.Busy,
        "This node holds as many bytes of unfinished requests as it may; nothing was done, try again.");

    private static readonly KevaFailure TooSlow = new(KevaError.RequestTimeout, "The body came in too slowly; nothing was done.");

    private static readonly KevaFailure Broken = new(KevaError.BadRequest, "The body is malformed or was cut off; nothing was done.");

    /// <summary>Reads the body of <paramref name="exchange"/>, up to <paramref name="limit"/> bytes.</summary>
    /// <param name="tooLarge">What a longer body is refused with.</param>
    public static ValueTask<BodyOutcome> ReadAsync(HttpExchange exchange, int limit, KevaFailure tooLarge)
    {
        if (exchange.RequestHeaders.ContentLength is not { } length)
        {
            return ReadChunkedAsync(exchange, limit, tooLarge);
        }

        if (length > limit || !exchange.TryTakeBytes(length))
        {
            CloseIfLong(exchange, length);
            return new ValueTask<BodyOutcome>(length > limit ? tooLarge : Busy);
        }

        return length == 0
            ? new ValueTask<BodyOutcome>(new BodyOutcome([], null))
            : ReadExactlyAsync(exchange, (int)length);
    }

    /// <summary>
    /// For a response that leaves the body unread. The server beneath skips what is left, for some seconds; a client
    /// with a long body is told by the closed connection that nobody wants the rest.
    /// </summary>
    public static void LeaveUnread(HttpExchange exchange)
    {
        if (exchange.RequestHeaders.ContentLength is { } length)
        {
            CloseIfLong(exchange, length);
        }
        else if (exchange.RequestHeaders.TransferEncoding.Count > 0)
        {
            exchange.CloseAfterwards();
        }
    }

    private static void CloseIfLong(HttpExchange exchange, long length)
    {
        if (length > SkippedBytes)
        {
            exchange.CloseAfterwards();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<BodyOutcome> ReadExactlyAsync(HttpExchange exchange, int length)
    {
        var reader = exchange.RequestBody;
        var bytes = GC.AllocateUninitializedArray<byte>(length);
        var filled = 0;
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync();
                result.Buffer.CopyTo(bytes.AsSpan(filled));
                filled += (int)result.Buffer.Length;
                reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    Invariant.Check(filled == length, "the server delivers Content-Length bytes or throws");
                    return new BodyOutcome(bytes, null);
                }
            }
        }
        catch (IOException exception) when (exception is not ConnectionResetException)
        {
            return RefuseBroken(exchange, exception);
        }
    }

    private static async ValueTask<BodyOutcome> ReadChunkedAsync(HttpExchange exchange, int limit, KevaFailure tooLarge)
    {
        var reader = exchange.RequestBody;
        var buffer = Array.Empty<byte>();
        var capacity = 0;
        var filled = 0;
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync();
                var more = result.Buffer.Length;
                if (more > limit - filled)
                {
                    reader.AdvanceTo(result.Buffer.End);
                    exchange.CloseAfterwards();
                    return tooLarge;
                }

                var needed = filled + (int)more;
                if (needed > capacity)
                {
                    var grown = Math.Min(limit, Math.Max(needed, Math.Max(FirstChunkedBytes, 2 * (long)capacity)));
                    if (!exchange.TryTakeBytes(grown - capacity))
                    {
                        reader.AdvanceTo(result.Buffer.End);
                        exchange.CloseAfterwards();
                        return Busy;
                    }

                    capacity = (int)grown;
                    buffer = Enlarge(buffer, filled, capacity);
                }

                result.Buffer.CopyTo(buffer.AsSpan(filled));
                filled = needed;
                reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    return new BodyOutcome(buffer.AsSpan(0, filled).ToArray(), null);
                }
            }
        }
        catch (IOException exception) when (exception is not ConnectionResetException)
        {
            return RefuseBroken(exchange, exception);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The server found the body malformed, cut off or too slow.</summary>
    private static KevaFailure RefuseBroken(HttpExchange exchange, IOException exception)
    {
        exchange.CloseAfterwards();
        return exception is BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } ? TooSlow : Broken;
    }

    private static byte[] Enlarge(byte[] buffer, int filled, int capacity)
    {
        var larger = ArrayPool<byte>.Shared.Rent(capacity);
        buffer.AsSpan(0, filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
