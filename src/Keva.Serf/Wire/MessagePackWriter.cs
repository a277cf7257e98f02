using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Keva.Serf.Wire;

/// <summary>
/// Writes MessagePack the way Serf agents do: strings and byte arrays alike as "raw" of the format's first version, numbers
/// in their shortest form.
/// </summary>
internal sealed class MessagePackWriter
{
    private readonly ArrayBufferWriter<byte> output = new(128);

    public int Length => output.WrittenCount;

    public byte[] ToArray() => output.WrittenSpan.ToArray();

    /// <summary>A byte that is no MessagePack: the type that precedes a message.</summary>
    public MessagePackWriter Byte(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
        return this;
    }

    /// <summary>Bytes that are written as they are.</summary>
    public MessagePackWriter Verbatim(ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        return this;
    }

    public MessagePackWriter Nil() => Byte(0xc0);

    public MessagePackWriter Map(int count) => Header(count, 0x80, 15, 0xde, 0xdf);

    public MessagePackWriter Array(int count) => Header(count, 0x90, 15, 0xdc, 0xdd);

    public MessagePackWriter Key(string name) => Text(name);

    public MessagePackWriter Text(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Header(length, 0xa0, 31, 0xda, 0xdb);
        Encoding.UTF8.GetBytes(text, output.GetSpan(length));
        output.Advance(length);
        return this;
    }

    public MessagePackWriter Bytes(byte[]? bytes)
    {
        if (bytes is null)
        {
            return Nil();
        }

        Header(bytes.Length, 0xa0, 31, 0xda, 0xdb);
        return Verbatim(bytes);
    }

    public MessagePackWriter Bool(bool value) => Byte(value ? (byte)0xc3 : (byte)0xc2);

    public MessagePackWriter Unsigned(ulong value)
    {
        switch (value)
        {
            case <= 0x7f:
                return Byte((byte)value);
            case <= byte.MaxValue:
                return Byte(0xcc).Byte((byte)value);
            case <= ushort.MaxValue:
                return Byte(0xcd).Big16((ushort)value);
            case <= uint.MaxValue:
                return Byte(0xce).Big32((uint)value);
            default:
                return Byte(0xcf).Big64(value);
        }
    }

    public MessagePackWriter Signed(long value)
    {
        switch (value)
        {
            case >= 0:
                return Unsigned((ulong)value);
            case >= -32:
                return Byte((byte)value);
            case >= sbyte.MinValue:
                return Byte(0xd0).Byte((byte)value);
            case >= short.MinValue:
                return Byte(0xd1).Big16((ushort)value);
            case >= int.MinValue:
                return Byte(0xd2).Big32((uint)value);
            default:
                return Byte(0xd3).Big64((ulong)value);
        }
    }

    public MessagePackWriter Number(double value)
    {
        Byte(0xcb);
        return Big64(BitConverter.DoubleToUInt64Bits(value));
    }

    private MessagePackWriter Header(int count, byte small, int smallMax, byte with16, byte with32)
    {
        if (count <= smallMax)
        {
            return Byte((byte)(small | count));
        }

        return count <= ushort.MaxValue ? Byte(with16).Big16((ushort)count) : Byte(with32).Big32((uint)count);
    }

    private MessagePackWriter Big16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(output.GetSpan(2), value);
        output.Advance(2);
        return this;
    }

    private MessagePackWriter Big32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(output.GetSpan(4), value);
        output.Advance(4);
        return this;
    }

    private MessagePackWriter Big64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(output.GetSpan(8), value);
        output.Advance(8);
        return this;
    }
}
