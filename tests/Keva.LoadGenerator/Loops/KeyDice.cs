namespace Keva.LoadGenerator.Loops;

/// <summary>Chooses keys and kinds of requests, the same in every run: SplitMix64 from a seed.</summary>
internal struct KeyDice
{
    private ulong state;

    public KeyDice(int seed, int stream) => state = ((ulong)(uint)seed << 32) | (uint)stream;

    /// <summary>A number below <paramref name="end"/>.</summary>
    public int Next(int end) => (int)((UInt128)NextBits() * (uint)end >> 64);

    /// <summary>A number from 0 to below 1.</summary>
    public double NextShare() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    private ulong NextBits()
    {
        var z = state += 0x9E37_79B9_7F4A_7C15;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }
}
