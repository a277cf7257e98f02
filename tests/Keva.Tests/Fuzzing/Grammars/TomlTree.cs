using System.Globalization;
using System.Text.Json;
using Keva.Node.Configuration;
using Keva.Node.Configuration.Toml;
using Keva.Tests.Fuzzing.Engine;

namespace Keva.Tests.Fuzzing.Grammars;

/// <summary>Random TOML documents as values, and their one canonical text.</summary>
internal static class TomlTree
{
    private static readonly string[] Names = ["a", "b", "c", "a b", "a.b", "", "ключ", "🗝", "\"", "'", "\n", "true", "1", "1.5", "x-y_z", "-", "\u007f", "\\"];

    private static readonly string[] Pieces =
    [
        "a", "word", " ", "\t", "\n", "\r", "\r\n", "\"", "\"\"", "\"\"\"", "'", "''", "'''", "\\", "\\n", "\0", "\u001f", "\u007f", "é", "🗝", "#",
        "=", "[", "]", "\ufeff", "\u2028",
    ];

    private static readonly long[] Integers = [0, 1, -1, 7, 10, 255, 1_000_000, int.MinValue, long.MaxValue, long.MinValue];

    private static readonly double[] Floats =
        [0, -0.0, 1, -1.5, 0.1, 1e20, 1e-7, 123_456_789.125, double.MaxValue, double.Epsilon, double.PositiveInfinity, double.NegativeInfinity, double.NaN];

    public static TomlTable Random(FuzzRandom random) => Table(random, depth: 0);

    /// <summary>Equal for equal values; the order of keys does not count, since TOML asks for headers behind plain keys.</summary>
    public static string Canonical(TomlValue value) => value switch
    {
        TomlTable table => "{" + string.Join(",", table.Members.OrderBy(member => member.Key, StringComparer.Ordinal)
            .Select(member => JsonSerializer.Serialize(member.Key) + ":" + Canonical(member.Value))) + "}",
        TomlArray array => "[" + string.Join(",", array.Items.Select(Canonical)) + "]",
        TomlString text => JsonSerializer.Serialize(text.Value),
        TomlFloat number => "f" + BitConverter.DoubleToInt64Bits(number.Value).ToString("x", CultureInfo.InvariantCulture),
        _ => value.GetType().Name + " " + value,
    };

    /// <summary>Levels of tables and arrays.</summary>
    public static int DepthOf(TomlValue value) => value switch
    {
        TomlTable table => 1 + table.Members.Select(member => DepthOf(member.Value)).DefaultIfEmpty(0).Max(),
        TomlArray array => 1 + array.Items.Select(DepthOf).DefaultIfEmpty(0).Max(),
        _ => 0,
    };

    private static TomlTable Table(FuzzRandom random, int depth)
    {
        var table = new TomlTable(default, TomlTableDefinition.Header);
        for (var count = random.Below(depth == 0 ? 7 : 4); count > 0; count--)
        {
            var name = random.Pick(Names);
            if (!table.TryGet(name, out _))
            {
                table.Add(name, default, Value(random, depth + 1));
            }
        }

        return table;
    }

    private static TomlValue Value(FuzzRandom random, int depth)
    {
        var kind = random.Below(depth < 4 ? 13 : 8);
        return kind switch
        {
            < 2 => new TomlString(Text(random), default),
            2 => new TomlInteger(random.OneIn(2) ? random.Pick(Integers) : (long)random.Next() >> random.Below(64), default),
            3 => new TomlFloat(random.OneIn(2) ? random.Pick(Floats) : AnyFloat(random), default),
            4 => new TomlBoolean(random.OneIn(2), default),
            5 => new TomlLocalDate(Date(random), default),
            6 => new TomlLocalTime(Time(random), default),
            7 when random.OneIn(2) => new TomlLocalDateTime(Date(random), Time(random), default),
            7 => new TomlOffsetDateTime(Date(random), Time(random), random.OneIn(3) ? 0 : random.Between(-1439, 1439), default),
            < 10 => Array(random, depth),
            _ => Table(random, depth),
        };
    }

    private static TomlArray Array(FuzzRandom random, int depth)
    {
        var array = new TomlArray(default, isOfTables: false);
        var isOfTables = random.OneIn(2);
        for (var count = random.Below(4); count > 0; count--)
        {
            array.Add(isOfTables ? Table(random, depth + 1) : Value(random, depth + 1));
        }

        return array;
    }

    private static string Text(FuzzRandom random) => string.Concat(Enumerable.Range(0, random.Few(12) - 1).Select(_ => random.Pick(Pieces)));

    // Every bit pattern but those of the other NaNs, which TOML cannot tell apart.
    private static double AnyFloat(FuzzRandom random)
    {
        var number = BitConverter.UInt64BitsToDouble(random.Next());
        return double.IsNaN(number) ? double.NaN : number;
    }

    private static TomlDate Date(FuzzRandom random)
    {
        var (year, month) = (random.OneIn(2) ? random.Below(10_000) : random.Pick([0, 4, 1900, 2000, 2024]), random.Between(1, 12));
        var isLeapYear = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        var days = month == 2 ? (isLeapYear ? 29 : 28) : month is 4 or 6 or 9 or 11 ? 30 : 31;
        return new TomlDate(year, month, random.OneIn(3) ? days : random.Between(1, days));
    }

    private static TomlTime Time(FuzzRandom random) =>
        new(random.Below(24), random.Below(60), random.Below(61), random.OneIn(2) ? 0 : random.Pick([1, 100_000_000, 123_456_789, 999_999_999]));
}
