using System.Buffers.Binary;
using Keva.Raft;

namespace Keva.Node.Transport.Framing;

/// <summary>
/// What stands before each frame's body. Little endian:
/// <code>
/// body length : uint32 | version : byte | type : byte | flags : uint16 = 0 | group : uint32
/// | header checksum : uint32, of the 12 bytes before it | frame checksum : uint32, of the 16 bytes before it and the body
/// </code>
/// The header has a checksum of its own so that a damaged length is found before it is believed: otherwise the receiver
/// would wait for bytes that never come, and swallow the frames behind. The frame of a greeting or a refusal has version 0,
/// since it is read before a version is agreed upon; all others have the version agreed upon.
/// </summary>
internal readonly record struct FrameHeader(byte Version, FrameType Type, GroupId Group, int BodyLength)
{
    public const int Size = 20;

    /// <summary>The version of frames that are exchanged before a version is agreed upon.</summary>
    public const byte HandshakeVersion = 0;

    private const int HeaderChecksumOffset = 12;
    private const int FrameChecksumOffset = 16;

    /// <summary>Writes the header of a frame with this body, which is in two parts.</summary>
    public void Write(Span<byte> header, ReadOnlySpan<byte> body, ReadOnlySpan<byte> restOfBody)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)BodyLength);
        header[4] = Version;
        header[5] = (byte)Type;
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Group.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(header[HeaderChecksumOffset..], Crc32C.Append(0, header[..HeaderChecksumOffset]));
        var checksum = Crc32C.Append(Crc32C.Append(Crc32C.Append(0, header[..FrameChecksumOffset]), body), restOfBody);
        BinaryPrimitives.WriteUInt32LittleEndian(header[FrameChecksumOffset..], checksum);
    }

    /// <summary>
    /// Reads the header at the start of <paramref name="bytes"/>. False with the reason if it is damaged, of another
    /// version, has flags, or announces a body of more than <paramref name="maxBodyBytes"/>.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, byte version, int maxBodyBytes, out FrameHeader header, out string problem)
    {
        header = default;
        var bodyLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[HeaderChecksumOffset..]) != Crc32C.Append(0, bytes[..HeaderChecksumOffset]))
        {
            problem = "a frame's header has a wrong checksum";
        }
        else if (bytes[4] != version)
        {
            problem = $"a frame has version {bytes[4]} where {version} was expected";
        }
        else if (flags != 0)
        {
            problem = $"a frame has the unknown flags 0x{flags:x4}";
        }
        else if (bodyLength > (uint)maxBodyBytes)
        {
            problem = $"a frame of {bodyLength} bytes is larger than the limit of {maxBodyBytes}";
        }
        else
        {
            problem = "";
            var group = new GroupId(BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]));
            header = new FrameHeader(bytes[4], (FrameType)bytes[5], group, (int)bodyLength);
            return true;
        }

        return false;
    }

    /// <summary>Whether the checksum in <paramref name="header"/>, which was read before, fits this body.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> header, ReadOnlySpan<byte> body) =>
        BinaryPrimitives.ReadUInt32LittleEndian(header[FrameChecksumOffset..])
            == Crc32C.Append(Crc32C.Append(0, header[..FrameChecksumOffset]), body);
}
