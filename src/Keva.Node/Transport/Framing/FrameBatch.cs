using System.Buffers;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Keva.Raft;

namespace Keva.Node.Transport.Framing;

/// <summary>
/// Frames that go to the socket in one call. Small ones lie one behind the other in one pooled buffer; large tails stay
/// where they are and are only pointed to. One owner at a time; used again after <see cref="Clear"/>.
/// </summary>
internal sealed class FrameBatch : IDisposable
{
    private const int InitialBufferBytes = 16 * 1024;
    private const int KeptBufferBytes = 256 * 1024;
    private const int FullAtBufferBytes = 64 * 1024;
    private const int FullAtBytes = 1024 * 1024;
    private const int FullAtTails = 32;

    // Below this, copying is cheaper than one more piece for the kernel to gather.
    private const int CopiedTailBytes = 8 * 1024;

    private readonly List<DistantTail> distantTails = [];
    private readonly List<ArraySegment<byte>> segments = [];
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(InitialBufferBytes);
    private int buffered;

    /// <summary>Bytes of all frames together.</summary>
    public long ByteCount { get; private set; }

    /// <summary>Whether the batch should be sent before more is appended. A limit on latency and memory, not a hard one.</summary>
    public bool IsFull => buffered >= FullAtBufferBytes || ByteCount >= FullAtBytes || distantTails.Count >= FullAtTails;

    /// <summary>Appends the bytes of a preface.</summary>
    public void Append(Preface preface)
    {
        preface.Write(Reserve(Preface.Size));
        buffered += Preface.Size;
        ByteCount += Preface.Size;
    }

    /// <summary>Appends a frame. Its tail must not change until the batch is cleared.</summary>
    public void Append(byte version, GroupId group, in OutgoingFrame frame)
    {
        var headLength = frame.Head.CalculateSize();
        var tailLength = frame.Tail.Length;
        var prefixLength = TailField.PrefixLength(tailLength);
        var isTailCopied = tailLength <= CopiedTailBytes || !MemoryMarshal.TryGetArray(frame.Tail, out _);
        var nearLength = headLength + prefixLength + (isTailCopied ? tailLength : 0);
        var bytes = Reserve(FrameHeader.Size + nearLength);
        var near = bytes.Slice(FrameHeader.Size, nearLength);
        frame.Head.WriteTo(near[..headLength]);
        TailField.WritePrefix(near[headLength..], tailLength);
        if (isTailCopied)
        {
            frame.Tail.Span.CopyTo(near[(headLength + prefixLength)..]);
        }

        var distant = isTailCopied ? ReadOnlyMemory<byte>.Empty : frame.Tail;
        new FrameHeader(version, frame.Type, group, nearLength + distant.Length).Write(bytes, near, distant.Span);
        buffered += FrameHeader.Size + nearLength;
        ByteCount += FrameHeader.Size + nearLength + distant.Length;
        if (!distant.IsEmpty)
        {
            distantTails.Add(new DistantTail(buffered, distant));
        }
    }

    /// <summary>All bytes in order. Valid until the batch is changed.</summary>
    public IList<ArraySegment<byte>> Segments()
    {
        segments.Clear();
        var start = 0;
        foreach (var tail in distantTails)
        {
            segments.Add(new ArraySegment<byte>(buffer, start, tail.Position - start));
            MemoryMarshal.TryGetArray(tail.Bytes, out var bytes);
            segments.Add(bytes);
            start = tail.Position;
        }

        if (buffered > start)
        {
            segments.Add(new ArraySegment<byte>(buffer, start, buffered - start));
        }

        return segments;
    }

    public void Clear()
    {
        distantTails.Clear();
        segments.Clear();
        buffered = 0;
        ByteCount = 0;
        if (buffer.Length > KeptBufferBytes)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = ArrayPool<byte>.Shared.Rent(InitialBufferBytes);
        }
    }

    /// <summary>Gives the buffer back; nothing may be sending from it any more.</summary>
    public void Dispose()
    {
        distantTails.Clear();
        segments.Clear();
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    private Span<byte> Reserve(int length)
    {
        if (buffer.Length - buffered < length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(buffered + length), buffer.Length * 2));
            buffer.AsSpan(0, buffered).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }

        return buffer.AsSpan(buffered);
    }

    /// <summary>A tail that belongs behind the first <paramref name="Position"/> bytes of the buffer.</summary>
    private readonly record struct DistantTail(int Position, ReadOnlyMemory<byte> Bytes);
}
