using Keva.Tests.Fuzzing.Engine;

namespace Keva.Tests.Fuzzing.Grammars;

/// <summary>
/// Damages a protobuf message field by field: what is left is a protobuf message, but one that its writer would not have
/// written. Fields are doubled, dropped, swapped, made up, written longer than needed; packed lists are unpacked.
/// </summary>
internal static class ProtobufDamage
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;

    private static readonly ulong[] EdgeNumbers =
    [
        0, 1, 2, 127, 128, 1UL << 31, 1UL << 32, (1UL << 32) + 1, 1UL << 62, (1UL << 62) + 1, 1UL << 63, ulong.MaxValue,
    ];

    private readonly record struct Field(int Number, int WireType, ulong Value, byte[] Content, int Padding = 0);

    public static byte[] Do(byte[] message, FuzzRandom random)
    {
        var fields = Parse(message);
        for (var changes = random.Few(5); changes > 0; changes--)
        {
            Change(fields, random);
        }

        return [.. fields.SelectMany(Write)];
    }

    private static void Change(List<Field> fields, FuzzRandom random)
    {
        var at = random.Below(fields.Count + 1);
        if (at == fields.Count || random.OneIn(4))
        {
            fields.Insert(at, MadeUp(random));
            return;
        }

        var field = fields[at];
        switch (random.Below(8))
        {
            case 0:
                fields.RemoveAt(at);
                break;
            case 1:
                fields.Insert(random.Below(fields.Count + 1), field);
                break;
            case 2:
                fields.RemoveAt(at);
                fields.Insert(random.Below(fields.Count + 1), field);
                break;
            case 3:
                fields[at] = field with { Value = random.Pick(EdgeNumbers) };
                break;
            case 4:
                fields[at] = field with { Padding = 1 };
                break;
            case 5:
                fields[at] = field with { Number = random.Between(1, 16) };
                break;
            default:
                fields.RemoveAt(at);
                fields.InsertRange(at, Unpacked(field, random));
                break;
        }
    }

    private static Field MadeUp(FuzzRandom random) => random.Below(3) switch
    {
        0 => new Field(random.Between(1, 20), Varint, random.Pick(EdgeNumbers), []),
        1 => new Field(random.Between(1, 20), Fixed64, random.Next(), []),
        _ => new Field(random.Between(1, 20), LengthDelimited, 0, random.Bytes(random.Below(20))),
    };

    /// <summary>A list as fields of one element each, or in two lists: readers of protobuf must take all three.</summary>
    private static IEnumerable<Field> Unpacked(Field field, FuzzRandom random)
    {
        if (field.WireType != LengthDelimited || field.Content.Length == 0 || field.Content.Length % 4 != 0)
        {
            return [field];
        }

        var width = field.Content.Length % 8 == 0 && !random.OneIn(4) ? 8 : 4;
        return random.OneIn(3)
            ? field.Content.Chunk(Math.Max(width, field.Content.Length / 2 / width * width)).Select(half => field with { Content = half })
            : field.Content.Chunk(width).Select(element => field with { WireType = width == 8 ? Fixed64 : Fixed32, Value = Little(element) });
    }

    private static List<Field> Parse(byte[] message)
    {
        var fields = new List<Field>();
        for (var at = 0; at < message.Length;)
        {
            var tag = ReadVarint(message, ref at);
            var (number, wireType) = ((int)(tag >> 3), (int)(tag & 7));
            switch (wireType)
            {
                case Varint:
                    fields.Add(new Field(number, wireType, ReadVarint(message, ref at), []));
                    break;
                case LengthDelimited:
                    var length = (int)ReadVarint(message, ref at);
                    fields.Add(new Field(number, wireType, 0, message[at..(at + length)]));
                    at += length;
                    break;
                default:
                    var width = wireType == Fixed64 ? 8 : 4;
                    fields.Add(new Field(number, wireType, Little(message[at..(at + width)]), []));
                    at += width;
                    break;
            }
        }

        return fields;
    }

    private static IEnumerable<byte> Write(Field field)
    {
        var tag = VarintBytes(((ulong)field.Number << 3) | (uint)field.WireType, padding: 0);
        return field.WireType switch
        {
            Varint => [.. tag, .. VarintBytes(field.Value, field.Padding)],
            LengthDelimited => [.. tag, .. VarintBytes((ulong)field.Content.Length, field.Padding), .. field.Content],
            Fixed64 => [.. tag, .. BitConverter.GetBytes(field.Value)],
            _ => [.. tag, .. BitConverter.GetBytes((uint)field.Value)],
        };
    }

    private static byte[] VarintBytes(ulong value, int padding)
    {
        var bytes = new List<byte>();
        for (; value > 0x7f; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)(padding > 0 ? value | 0x80 : value));
        if (padding > 0)
        {
            bytes.Add(0);
        }

        return [.. bytes];
    }

    private static ulong ReadVarint(byte[] message, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    private static ulong Little(byte[] bytes) => bytes.Select((single, i) => (ulong)single << (8 * i)).Aggregate(0UL, (sum, part) => sum | part);
}
