using System.Text;

namespace Keva.Tests.Fuzzing.Engine;

/// <summary>The dice of the fuzzer (SplitMix64): a seed gives the same inputs in every process and on every machine.</summary>
internal sealed class FuzzRandom(ulong seed)
{
    private ulong state = seed;

    /// <summary>The seed of one target in a campaign: no two targets see the same dice.</summary>
    public static ulong SeedOf(string target, ulong campaign)
    {
        var hash = campaign;
        foreach (var single in Encoding.UTF8.GetBytes(target))
        {
            hash = Mix(hash + single + 1);
        }

        return hash;
    }

    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    public ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        return Mix(state);
    }

    /// <returns>A number from zero up, below <paramref name="bound"/>.</returns>
    public int Below(int bound) => (int)(((Next() >> 32) * (ulong)bound) >> 32);

    /// <returns>Both ends included.</returns>
    public int Between(int least, int most) => least + Below(most - least + 1);

    public bool OneIn(int chances) => Below(chances) == 0;

    public byte NextByte() => (byte)(Next() >> 56);

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++)
        {
            bytes[i] = NextByte();
        }

        return bytes;
    }

    public T Pick<T>(IReadOnlyList<T> choices) => choices[Below(choices.Count)];

    /// <summary>Small numbers are likelier: each step is taken with a chance of one half.</summary>
    public int Few(int most)
    {
        var count = 1;
        while (count < most && OneIn(2))
        {
            count++;
        }

        return count;
    }
}
