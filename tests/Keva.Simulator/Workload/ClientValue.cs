using System.Buffers.Binary;
using System.Text;

namespace Keva.Simulator.Workload;

/// <summary>Values that say which write they are of, padded to any length; and one that says nothing.</summary>
internal static class ClientValue
{
    /// <summary>Stands for the value of no bytes, which many writes have in common.</summary>
    public const long Empty = 0;

    public static byte[] Make(long number, int bytes)
    {
        if (number == Empty)
        {
            return [];
        }

        var value = new byte[Math.Max(bytes, sizeof(long))];
        BinaryPrimitives.WriteInt64LittleEndian(value, number);
        value.AsSpan(sizeof(long)).Fill((byte)number);
        return value;
    }

    /// <returns>The number that it was made with; -1 if it is not as it was made.</returns>
    public static long Read(ReadOnlySpan<byte> value)
    {
        if (value.Length < sizeof(long))
        {
            return value.IsEmpty ? Empty : -1;
        }

        var number = BinaryPrimitives.ReadInt64LittleEndian(value);
        return value[sizeof(long)..].ContainsAnyExcept((byte)number) ? -1 : number;
    }

    public static string KeyText(ReadOnlySpan<byte> key) => Encoding.UTF8.GetString(key);
}
