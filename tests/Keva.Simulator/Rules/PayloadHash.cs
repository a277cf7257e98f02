using System.Buffers.Binary;

namespace Keva.Simulator.Rules;

/// <summary>Tells payloads apart, the same in every process. Not meant against anyone who wants to deceive.</summary>
internal static class PayloadHash
{
    private const ulong Multiplier = 0x9E37_79B9_7F4A_7C15;

    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var hash = (ulong)bytes.Length * Multiplier;
        while (bytes.Length >= sizeof(ulong))
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var value in bytes)
        {
            hash = Mix(hash ^ value);
        }

        return hash;
    }

    /// <summary>The hash of a sequence whose beginning has the hash <paramref name="before"/>.</summary>
    public static ulong Append(ulong before, long term, ulong next) => Mix(Mix(before ^ (ulong)term) + next);

    private static ulong Mix(ulong value)
    {
        value *= Multiplier;
        return value ^ (value >> 29);
    }
}
