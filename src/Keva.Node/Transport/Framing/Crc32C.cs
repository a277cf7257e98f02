using System.Buffers.Binary;
using System.Numerics;

namespace Keva.Node.Transport.Framing;

/// <summary>
/// CRC-32C (Castagnoli), as in RFC 3720 §12.1. It finds damage by hardware and software, not forgery.
/// </summary>
internal static class Crc32C
{
    /// <summary>The checksum of all bytes so far and these; it is 0 for no bytes.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        var state = ~checksum;
        while (bytes.Length >= sizeof(ulong))
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var single in bytes)
        {
            state = BitOperations.Crc32C(state, single);
        }

        return ~state;
    }
}
