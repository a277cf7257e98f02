using System.Buffers.Binary;

namespace Keva.Serf.Wire;

/// <summary>
/// How far one MessagePack object reaches. A stream has no outer length, so its reader must find the end of an object
/// before it can decode it.
/// </summary>
internal static class MessagePackExtent
{
    /// <summary>False when the object goes on beyond the bytes at hand.</summary>
    /// <exception cref="MalformedMessageException">An object begins with a byte that the protocol does not use.</exception>
    public static bool TryMeasure(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        long position = 0;
        // Counting the objects still to come, instead of recursion: depth costs nothing.
        for (long pending = 1; pending > 0; pending--)
        {
            if (position >= bytes.Length)
            {
                return false;
            }

            if (!TryReadHead(bytes[(int)position..], out var head, out var body, out var children))
            {
                return false;
            }

            position += head + body;
            pending += children;
        }

        length = (int)Math.Min(position, int.MaxValue);
        return position <= bytes.Length;
    }

    private static bool TryReadHead(ReadOnlySpan<byte> bytes, out int head, out long body, out long children)
    {
        var first = bytes[0];
        body = 0;
        children = 0;
        head = 1;
        switch (first)
        {
            case <= 0x7f or >= 0xe0 or 0xc0 or 0xc2 or 0xc3:
                return true;
            case <= 0x8f:
                children = 2L * (first & 0x0f);
                return true;
            case <= 0x9f:
                children = first & 0x0f;
                return true;
            case <= 0xbf:
                body = first & 0x1f;
                return true;
        }

        if (FixedBody(first) is var fixedBody and > 0)
        {
            body = fixedBody;
            return true;
        }

        var lengthBytes = LengthBytes(first);
        head += lengthBytes;
        if (bytes.Length < head)
        {
            return false;
        }

        var count = ReadLength(bytes.Slice(1, lengthBytes));
        switch (first)
        {
            case 0xdc or 0xdd:
                children = count;
                break;
            case 0xde or 0xdf:
                children = 2L * count;
                break;
            default:
                body = count;
                break;
        }

        return true;
    }

    private static int FixedBody(byte first) => first switch
    {
        0xcc or 0xd0 => 1,
        0xcd or 0xd1 => 2,
        0xca or 0xce or 0xd2 => 4,
        0xcb or 0xcf or 0xd3 => 8,
        _ => 0,
    };

    /// <summary>The bytes of length that follow a first byte of a kind with a length in front.</summary>
    public static int LengthBytes(byte first) => first switch
    {
        0xc4 or 0xd9 => 1,
        0xc5 or 0xda or 0xdc or 0xde => 2,
        0xc6 or 0xdb or 0xdd or 0xdf => 4,
        _ => throw new MalformedMessageException($"0x{first:x2} begins no value that the protocol uses"),
    };

    public static uint ReadLength(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        1 => bytes[0],
        2 => BinaryPrimitives.ReadUInt16BigEndian(bytes),
        _ => BinaryPrimitives.ReadUInt32BigEndian(bytes),
    };
}
