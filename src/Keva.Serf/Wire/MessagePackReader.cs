using System.Buffers.Binary;
using System.Text;

namespace Keva.Serf.Wire;

/// <summary>
/// Reads the MessagePack that agents of any version write: strings in the first and the second version of the format, any
/// width of number, nil as the zero of every type. Throws <see cref="MalformedMessageException"/> and nothing else;
/// allocates no more than the input is long.
/// </summary>
internal ref struct MessagePackReader(ReadOnlySpan<byte> bytes)
{
    private const byte NilByte = 0xc0;

    /// <summary>A key longer than this is none that we know.</summary>
    private const int LongestKey = 32;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> bytes = bytes;

    public int Position { get; private set; }

    public readonly ReadOnlySpan<byte> Rest => bytes[Position..];

    /// <summary>The number of key-value pairs that follow.</summary>
    public int ReadMap()
    {
        var first = Next();
        return first switch
        {
            NilByte => 0,
            >= 0x80 and <= 0x8f => Count(first & 0x0fu, 2),
            0xde or 0xdf => Count(ReadLength(first), 2),
            _ => throw Unexpected(first, "a map"),
        };
    }

    /// <summary>The number of elements that follow; null for nil.</summary>
    public int? ReadArray()
    {
        var first = Next();
        return first switch
        {
            NilByte => null,
            >= 0x90 and <= 0x9f => Count(first & 0x0fu, 1),
            0xdc or 0xdd => Count(ReadLength(first), 1),
            _ => throw Unexpected(first, "a list"),
        };
    }

    /// <summary>A field's name; empty if it is too long to be one of ours, which makes it an unknown one.</summary>
    public string ReadKey()
    {
        var raw = ReadRaw(Next(), "a field name");
        return raw.Length > LongestKey ? "" : Decode(raw);
    }

    public string ReadText()
    {
        var first = Next();
        return first == NilByte ? "" : Decode(ReadRaw(first, "a string"));
    }

    /// <summary>A string whose owner may have put any bytes in it; what is no UTF-8 is replaced.</summary>
    public string ReadLenientText()
    {
        var first = Next();
        return first == NilByte ? "" : Encoding.UTF8.GetString(ReadRaw(first, "a string"));
    }

    public byte[]? ReadBytes()
    {
        var first = Next();
        switch (first)
        {
            case NilByte:
                return null;
            case 0xc4 or 0xc5 or 0xc6:
                return Take(ReadLength(first)).ToArray();
            case >= 0x90 and <= 0x9f or 0xdc or 0xdd:
                Position--;
                return ReadListOfBytes();
            default:
                return ReadRaw(first, "bytes").ToArray();
        }
    }

    public ulong ReadUnsigned(ulong max)
    {
        var value = ReadInteger();
        return value >= 0 && value <= max
            ? (ulong)value
            : throw new MalformedMessageException($"the number {value} is out of range");
    }

    public byte ReadByte() => (byte)ReadUnsigned(byte.MaxValue);

    public ushort ReadUInt16() => (ushort)ReadUnsigned(ushort.MaxValue);

    public uint ReadUInt32() => (uint)ReadUnsigned(uint.MaxValue);

    public ulong ReadUInt64() => ReadUnsigned(ulong.MaxValue);

    public long ReadInt64()
    {
        var value = ReadInteger();
        return value <= long.MaxValue ? (long)value : throw new MalformedMessageException($"the number {value} is out of range");
    }

    public bool ReadBool()
    {
        var first = Next();
        return first switch
        {
            0xc2 or NilByte or 0x00 => false,
            0xc3 or 0x01 => true,
            _ => throw Unexpected(first, "a truth value"),
        };
    }

    public double ReadNumber()
    {
        switch (Next())
        {
            case 0xca:
                return BinaryPrimitives.ReadSingleBigEndian(Take(4));
            case 0xcb:
                return BinaryPrimitives.ReadDoubleBigEndian(Take(8));
            default:
                Position--;
                return (double)ReadInteger();
        }
    }

    public bool TryReadNil()
    {
        if (Position < bytes.Length && bytes[Position] == NilByte)
        {
            Position++;
            return true;
        }

        return false;
    }

    public void Skip()
    {
        if (!MessagePackExtent.TryMeasure(Rest, out var length))
        {
            throw new MalformedMessageException("the message ends inside of a value");
        }

        Position += length;
    }

    private Int128 ReadInteger()
    {
        var first = Next();
        return first switch
        {
            <= 0x7f => first,
            >= 0xe0 => (sbyte)first,
            NilByte => 0,
            0xcc => Take(1)[0],
            0xcd => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
            0xce => BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
            0xcf => BinaryPrimitives.ReadUInt64BigEndian(Take(8)),
            0xd0 => (sbyte)Take(1)[0],
            0xd1 => BinaryPrimitives.ReadInt16BigEndian(Take(2)),
            0xd2 => BinaryPrimitives.ReadInt32BigEndian(Take(4)),
            0xd3 => BinaryPrimitives.ReadInt64BigEndian(Take(8)),
            _ => throw Unexpected(first, "a whole number"),
        };
    }

    private byte[] ReadListOfBytes()
    {
        var list = new byte[ReadArray() ?? 0];
        for (var i = 0; i < list.Length; i++)
        {
            list[i] = ReadByte();
        }

        return list;
    }

    private ReadOnlySpan<byte> ReadRaw(byte first, string what) => first switch
    {
        >= 0xa0 and <= 0xbf => Take(first & 0x1fu),
        0xd9 or 0xda or 0xdb => Take(ReadLength(first)),
        _ => throw Unexpected(first, what),
    };

    private static string Decode(ReadOnlySpan<byte> raw)
    {
        try
        {
            return StrictUtf8.GetString(raw);
        }
        catch (DecoderFallbackException)
        {
            throw new MalformedMessageException("a string is no UTF-8");
        }
    }

    private uint ReadLength(byte first) => MessagePackExtent.ReadLength(Take((uint)MessagePackExtent.LengthBytes(first)));

    /// <summary>Every element takes a byte at least, so a count beyond the input is a lie.</summary>
    private readonly int Count(uint count, int bytesPerElement) =>
        (long)count * bytesPerElement <= bytes.Length - Position
            ? (int)count
            : throw new MalformedMessageException($"a count of {count} in a message with {bytes.Length - Position} bytes left");

    private byte Next() => Take(1)[0];

    private ReadOnlySpan<byte> Take(uint count)
    {
        if (count > bytes.Length - Position)
        {
            throw new MalformedMessageException("the message ends inside of a value");
        }

        var taken = bytes.Slice(Position, (int)count);
        Position += (int)count;
        return taken;
    }

    private static MalformedMessageException Unexpected(byte first, string wanted) => new($"0x{first:x2} begins no value of {wanted}");
}
