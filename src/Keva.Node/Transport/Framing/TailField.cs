namespace Keva.Node.Transport.Framing;

/// <summary>
/// The field <c>tail</c> (number 15, bytes) of a protobuf message, written and read by hand: it is the last field of its
/// message, so the bytes themselves need not pass through the protobuf library, which would copy them.
/// </summary>
internal static class TailField
{
    // (15 << 3) | 2: the field's number, and "length-delimited".
    private const byte Tag = 0x7a;
    private const int WireTypeVarint = 0;
    private const int WireTypeFixed64 = 1;
    private const int WireTypeLengthDelimited = 2;
    private const int WireTypeFixed32 = 5;

    /// <summary>The length of what stands before the bytes: nothing if there are none.</summary>
    public static int PrefixLength(int tailLength)
    {
        if (tailLength == 0)
        {
            return 0;
        }

        var length = 2;
        for (var rest = (uint)tailLength >> 7; rest != 0; rest >>= 7)
        {
            length++;
        }

        return length;
    }

    public static void WritePrefix(Span<byte> destination, int tailLength)
    {
        if (tailLength == 0)
        {
            return;
        }

        destination[0] = Tag;
        var position = 1;
        var rest = (uint)tailLength;
        for (; rest > 0x7f; rest >>= 7)
        {
            destination[position++] = (byte)(rest | 0x80);
        }

        destination[position] = (byte)rest;
    }

    /// <summary>
    /// Parts a message into what stands before its tail and the tail's bytes. False if it is no protobuf message, or if
    /// something follows the tail.
    /// </summary>
    public static bool TrySplit(ReadOnlyMemory<byte> message, out ReadOnlyMemory<byte> head, out ReadOnlyMemory<byte> tail)
    {
        var bytes = message.Span;
        var position = 0;
        head = message;
        tail = ReadOnlyMemory<byte>.Empty;
        while (position < bytes.Length)
        {
            var start = position;
            if (!TryReadVarint(bytes, ref position, out var tag) || !TrySkip(bytes, ref position, tag, out var valueStart))
            {
                return false;
            }

            if (tag == Tag)
            {
                head = message[..start];
                tail = message[valueStart..position];
                return position == bytes.Length && valueStart - start == PrefixLength(tail.Length);
            }
        }

        return true;
    }

    private static bool TrySkip(ReadOnlySpan<byte> bytes, ref int position, ulong tag, out int valueStart)
    {
        valueStart = position;
        ulong length;
        switch (tag & 7)
        {
            case WireTypeVarint:
                return TryReadVarint(bytes, ref position, out _);
            case WireTypeFixed64:
                length = sizeof(ulong);
                break;
            case WireTypeFixed32:
                length = sizeof(uint);
                break;
            case WireTypeLengthDelimited when TryReadVarint(bytes, ref position, out length):
                valueStart = position;
                break;
            default:
                return false;
        }

        if (length > (ulong)(bytes.Length - position))
        {
            return false;
        }

        position += (int)length;
        return true;
    }

    private static bool TryReadVarint(ReadOnlySpan<byte> bytes, ref int position, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64 && position < bytes.Length; shift += 7)
        {
            var next = bytes[position++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}
