namespace Keva.Tests.Settings;

/// <summary>Makes broken files out of good ones, the same for the same seed.</summary>
internal static class Mutations
{
    /// <summary>Bytes that mean something in TOML or HOCON are tried more often than others.</summary>
    private static readonly byte[] Meaningful = "\"'[]{}=:.,#\\\r\n\t $?+-_0129aeExTZ/\uFEFFé"u8.ToArray();

    public static IEnumerable<byte[]> Of(IReadOnlyList<byte[]> seeds, int seed, int count)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var bytes = seeds[random.Next(seeds.Count)].ToList();
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                Change(bytes, seeds, random);
            }

            yield return [.. bytes];
        }
    }

    private static void Change(List<byte> bytes, IReadOnlyList<byte[]> seeds, Random random)
    {
        var at = random.Next(bytes.Count + 1);
        var value = random.Next(4) == 0 ? (byte)random.Next(256) : Meaningful[random.Next(Meaningful.Length)];
        switch (random.Next(6))
        {
            case 0:
                bytes.Insert(at, value);
                break;
            case 1 when at < bytes.Count:
                bytes[at] = value;
                break;
            case 2 when at < bytes.Count:
                bytes.RemoveRange(at, random.Next(1, Math.Min(8, bytes.Count - at) + 1));
                break;
            case 3:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 4 when at < bytes.Count:
                bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, random.Next(1, Math.Min(32, bytes.Count - at) + 1)));
                break;
            default:
                bytes.InsertRange(at, seeds[random.Next(seeds.Count)]);
                break;
        }
    }
}
