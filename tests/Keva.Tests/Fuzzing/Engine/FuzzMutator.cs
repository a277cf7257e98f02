using System.Buffers.Binary;

namespace Keva.Tests.Fuzzing.Engine;

/// <summary>Makes new inputs out of old ones.</summary>
internal sealed class FuzzMutator(IReadOnlyList<byte[]> pool, IReadOnlyList<byte[]> tokens)
{
    public const int LongestInput = 64 * 1024;

    private const int LongestRun = 4 * 1024;

    private static readonly byte[] EdgeBytes = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff, (byte)' ', (byte)'"', (byte)'\n', (byte)'0'];

    private static readonly ulong[] EdgeNumbers =
    [
        0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000,
        1UL << 62, (1UL << 62) + 1, long.MaxValue - 1, long.MaxValue, 1UL << 63, ulong.MaxValue - 1, ulong.MaxValue,
    ];

    /// <summary>Byte runs that are no UTF-8: alone, too long, too short, halves of pairs, past the end; and a mark that is.</summary>
    private static readonly byte[][] BadUtf8 =
    [
        [0x80], [0xc0, 0x80], [0xc3], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80], [0xff],
        [0xef, 0xbb, 0xbf], [0xef, 0xbf, 0xbe],
    ];

    public byte[] Next(FuzzRandom random)
    {
        var bytes = new List<byte>(random.Pick(pool));
        for (var changes = random.Few(6); changes > 0; changes--)
        {
            Change(bytes, random);
        }

        var longest = Math.Max(LongestInput, pool[0].Length); // files come whole
        if (bytes.Count > longest)
        {
            bytes.RemoveRange(longest, bytes.Count - longest);
        }

        return [.. bytes];
    }

    private void Change(List<byte> bytes, FuzzRandom random)
    {
        var at = random.Below(bytes.Count + 1);
        var rest = bytes.Count - at;
        switch (random.Below(13))
        {
            case 0 when rest > 0:
                bytes[at] ^= (byte)(1 << random.Below(8));
                break;
            case 1 when rest > 0:
                bytes[at] = random.OneIn(2) ? random.Pick(EdgeBytes) : random.NextByte();
                break;
            case 2 when rest > 0:
                bytes.RemoveRange(at, random.OneIn(3) ? rest : Math.Min(rest, random.Between(1, 8)));
                break;
            case 3:
                bytes.InsertRange(at, random.Bytes(random.Between(1, 8)));
                break;
            case 4 when rest > 0:
                Copy(bytes, at, random);
                break;
            case 5:
                Splice(bytes, at, random);
                break;
            case 6:
                OverwriteNumber(bytes, at, random);
                break;
            case 7:
                Replace(bytes, at, random.Below(Math.Min(rest, 10) + 1), Varint(random.Pick(EdgeNumbers)));
                break;
            case 8 when rest > 0:
                AddToNumber(bytes, at, random);
                break;
            case 9:
                Repeat(bytes, at, random);
                break;
            case 10:
                bytes.InsertRange(at, random.Pick(BadUtf8));
                break;
            default:
                if (tokens.Count > 0)
                {
                    Replace(bytes, at, random.OneIn(2) ? 0 : random.Below(Math.Min(rest, 8) + 1), random.Pick(tokens));
                }

                break;
        }
    }

    private static void Copy(List<byte> bytes, int from, FuzzRandom random)
    {
        var run = bytes.GetRange(from, random.Between(1, Math.Min(bytes.Count - from, 64)));
        bytes.InsertRange(random.Below(bytes.Count + 1), run);
    }

    /// <summary>The beginning of one input and the end of another, or a piece of the other in the middle.</summary>
    private void Splice(List<byte> bytes, int at, FuzzRandom random)
    {
        var other = random.Pick(pool);
        var from = random.Below(other.Length + 1);
        if (random.OneIn(2))
        {
            bytes.RemoveRange(at, bytes.Count - at);
            bytes.AddRange(other.AsSpan(from));
        }
        else
        {
            bytes.InsertRange(at, other.AsSpan(from, random.Below(other.Length - from + 1)).ToArray());
        }
    }

    private static void OverwriteNumber(List<byte> bytes, int at, FuzzRandom random)
    {
        var width = 1 << random.Below(4);
        var number = Number(random.Pick(EdgeNumbers), width, random.OneIn(4));
        Replace(bytes, at, Math.Min(width, bytes.Count - at), number);
    }

    private static void AddToNumber(List<byte> bytes, int at, FuzzRandom random)
    {
        var width = Math.Min(1 << random.Below(4), bytes.Count - at);
        var padded = new byte[8];
        bytes.CopyTo(at, padded, 0, width);
        var sum = BinaryPrimitives.ReadUInt64LittleEndian(padded) + (ulong)(long)random.Between(-9, 9);
        Replace(bytes, at, width, Number(sum, width, isBigEndian: false));
    }

    /// <summary>Long runs and deep nests: one byte, one token, or a piece of the input, very often.</summary>
    private void Repeat(List<byte> bytes, int at, FuzzRandom random)
    {
        var unit = random.Below(3) switch
        {
            0 when tokens.Count > 0 => random.Pick(tokens),
            1 when at < bytes.Count => [.. bytes.GetRange(at, random.Between(1, Math.Min(bytes.Count - at, 32)))],
            _ => [random.Pick(EdgeBytes)],
        };
        var length = random.OneIn(40) ? LongestInput : random.OneIn(4) ? random.Between(1, LongestRun) : unit.Length * random.Between(2, 300);
        var run = new byte[Math.Min(length, LongestInput)];
        for (var i = 0; i < run.Length; i++)
        {
            run[i] = unit[i % unit.Length];
        }

        bytes.InsertRange(at, run);
    }

    private static byte[] Number(ulong value, int width, bool isBigEndian)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        Array.Resize(ref bytes, width);
        if (isBigEndian)
        {
            Array.Reverse(bytes);
        }

        return bytes;
    }

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value > 0x7f; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }

    private static void Replace(List<byte> bytes, int at, int count, byte[] by)
    {
        bytes.RemoveRange(at, count);
        bytes.InsertRange(at, by);
    }
}
