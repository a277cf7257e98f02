using System.Buffers;
using System.Runtime.CompilerServices;
using Keva.Raft;

namespace Keva.Node.Transport.Framing;

/// <summary>
/// What came in: a frame, or why there is none. An orderly end of the connection, between two frames, is neither.
/// </summary>
/// <param name="Body">Valid until the next read, unless the type says that the message keeps it.</param>
/// <param name="Problem">Not null: what came in is no frame, and nothing more can be read.</param>
internal readonly record struct FrameRead(FrameType Type, GroupId Group, ReadOnlyMemory<byte> Body, bool IsEnd, string? Problem)
{
    public static readonly FrameRead End = new(default, default, default, IsEnd: true, Problem: null);

    public static FrameRead Malformed(string problem) => new(default, default, default, IsEnd: false, problem);
}

/// <summary>
/// Takes frames from a stream. It believes nothing: it allocates no more than the limit that it is given, and for large
/// frames only as the bytes really arrive. One read at a time.
/// </summary>
internal sealed class FrameReader(Stream stream, int bufferBytes = FrameReader.DefaultBufferBytes) : IDisposable
{
    public const int DefaultBufferBytes = 64 * 1024;

    // More than a batch of entries or a chunk of a snapshot usually has.
    private const int AllocatedAtOnce = 2 * 1024 * 1024;
    private const string EndedInside = "the connection ended inside a frame";

    private readonly byte[] headerBytes = new byte[FrameHeader.Size];
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Max(bufferBytes, FrameHeader.Size));
    private int start;
    private int end;

    private int Buffered => end - start;

    /// <summary>Whether more has come in than what was read.</summary>
    public bool HasMore => Buffered > 0;

    /// <summary>Reads the peer's preface. Null without a problem: the connection ended before the first byte.</summary>
    public async ValueTask<(Preface? Preface, string? Problem)> ReadPrefaceAsync(CancellationToken cancellation)
    {
        if (!await FillAsync(1, cancellation))
        {
            return (null, null);
        }

        // Something else than a node may send less than a preface and then wait.
        if (FirstByte.WhyRefused(buffer[start]) is { } refusal)
        {
            return (null, refusal);
        }

        if (!await FillAsync(Preface.Size, cancellation))
        {
            return (null, "the connection ended inside the preface");
        }

        var isPreface = Preface.TryRead(buffer.AsSpan(start, Preface.Size), out var preface, out var problem);
        start += Preface.Size;
        return isPreface ? (preface, null) : (null, problem);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<FrameRead> ReadAsync(byte version, int maxBodyBytes, CancellationToken cancellation)
    {
        if (!await FillAsync(FrameHeader.Size, cancellation))
        {
            return Buffered == 0 ? FrameRead.End : FrameRead.Malformed(EndedInside);
        }

        buffer.AsSpan(start, FrameHeader.Size).CopyTo(headerBytes);
        if (!FrameHeader.TryRead(headerBytes, version, maxBodyBytes, out var header, out var problem))
        {
            return FrameRead.Malformed(problem);
        }

        start += FrameHeader.Size;
        ReadOnlyMemory<byte> body;
        if (header.BodyLength > buffer.Length || header.Type.IsKeptByMessage())
        {
            var own = await ReadOwnAsync(header.BodyLength, cancellation);
            if (own is null)
            {
                return FrameRead.Malformed(EndedInside);
            }

            body = own;
        }
        else
        {
            if (!await FillAsync(header.BodyLength, cancellation))
            {
                return FrameRead.Malformed(EndedInside);
            }

            body = buffer.AsMemory(start, header.BodyLength);
            start += header.BodyLength;
        }

        return FrameHeader.IsIntact(headerBytes, body.Span)
            ? new FrameRead(header.Type, header.Group, body, IsEnd: false, Problem: null)
            : FrameRead.Malformed("a frame has a wrong checksum");
    }

    /// <summary>The first byte, which stays to be read; null if the connection ended before it.</summary>
    public async ValueTask<byte?> PeekAsync(CancellationToken cancellation) => await FillAsync(1, cancellation) ? buffer[start] : null;

    /// <summary>What has come in and was not read, for somebody else to read.</summary>
    public byte[] TakeBuffered()
    {
        var taken = buffer.AsSpan(start, Buffered).ToArray();
        start = end;
        return taken;
    }

    /// <summary>Waits until anything comes in; false: the connection ended.</summary>
    public ValueTask<bool> WaitForBytesAsync(CancellationToken cancellation) => FillAsync(1, cancellation);

    /// <summary>Reads and forgets until the connection ends.</summary>
    public async ValueTask DiscardAsync(CancellationToken cancellation)
    {
        do
        {
            start = end;
        }
        while (await FillAsync(1, cancellation));
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    /// <summary>Waits until that many bytes, which fit the buffer, lie in it in one piece; false if the stream ends before.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FillAsync(int count, CancellationToken cancellation)
    {
        if (start == end)
        {
            start = end = 0;
        }

        if (buffer.Length - start < count)
        {
            buffer.AsSpan(start, Buffered).CopyTo(buffer);
            end -= start;
            start = 0;
        }

        while (Buffered < count)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(end), cancellation);
            if (read == 0)
            {
                return false;
            }

            end += read;
        }

        return true;
    }

    /// <summary>
    /// Reads bytes into memory of their own; null if the stream ends before. A large array grows as it fills, so that a
    /// peer has to send what it makes us allocate.
    /// </summary>
    private async ValueTask<byte[]?> ReadOwnAsync(int length, CancellationToken cancellation)
    {
        var own = GC.AllocateUninitializedArray<byte>(Math.Min(length, AllocatedAtOnce));
        var filled = Math.Min(Buffered, own.Length);
        buffer.AsSpan(start, filled).CopyTo(own);
        start += filled;
        while (filled < length)
        {
            if (filled == own.Length)
            {
                var larger = GC.AllocateUninitializedArray<byte>((int)Math.Min(length, own.Length * 2L));
                own.CopyTo(larger, 0);
                own = larger;
            }

            var read = await stream.ReadAsync(own.AsMemory(filled), cancellation);
            if (read == 0)
            {
                return null;
            }

            filled += read;
        }

        return own;
    }
}
