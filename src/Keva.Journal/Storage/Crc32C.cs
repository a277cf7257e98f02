using System.Buffers.Binary;
using System.Numerics;

namespace Keva.Journal.Storage;

/// <summary>
/// CRC-32C (Castagnoli) over fields and byte runs, for which processors have an instruction. Finds every burst up to 32
/// bits and any change of up to five bits in records of our sizes; it is no defence against forgery.
/// </summary>
internal struct Crc32C
{
    private uint inverted;

    public Crc32C() => inverted = uint.MaxValue;

    public readonly uint Value => ~inverted;

    public void Add(long field) => inverted = BitOperations.Crc32C(inverted, (ulong)field);

    /// <summary>Adds the length as well, so that bytes cannot move from one field to the next unnoticed.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        Add((long)bytes.Length);
        var crc = inverted;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var single in bytes)
        {
            crc = BitOperations.Crc32C(crc, single);
        }

        inverted = crc;
    }
}
