using System.Text;

namespace Keva.Tests.Store;

/// <summary>Families of keys that a tree of byte strings finds hard in different ways. Well-formed UTF-8, not empty.</summary>
internal static class RandomKeys
{
    public static readonly string[] Families = ["counters", "shared beginnings", "zeros", "scripts", "long", "mixed"];

    public static byte[] Next(Random random, string family) => family switch
    {
        // Dense numbers behind one long common beginning.
        "counters" => Encoding.UTF8.GetBytes($"tenants/production/users/{random.Next(3000):d7}"),

        // Keys that are beginnings of each other.
        "shared beginnings" => Encoding.UTF8.GetBytes(new string('a', random.Next(1, 40)) + new string('b', random.Next(0, 20))),

        // Zero bytes, where a shorter key filled up with zeros would look the same.
        "zeros" => [.. Enumerable.Repeat((byte)'z', random.Next(0, 2)), .. Enumerable.Range(0, random.Next(1, 14)).Select(_ => (byte)random.Next(2))],

        "scripts" => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => Scripts[random.Next(Scripts.Length)]))),

        "long" => Encoding.UTF8.GetBytes(new string('k', random.Next(4000, 4090)) + random.Next(10)),

        _ => Next(random, random.Next(50) == 0 ? "long" : Families[random.Next(4)]),
    };

    private static readonly string[] Scripts = ["ключ", "鍵", "κλειδί", "🔑", "🗝️", "مفتاح", "clé", "\u007f", "\u0080", "\u07ff", "\u0800", "\uffff", "\U0010ffff", "a"];
}
