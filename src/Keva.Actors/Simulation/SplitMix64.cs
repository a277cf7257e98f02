namespace Keva.Actors.Simulation;

/// <summary>
/// The dice of a simulation: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014). Written out
/// because a seed must give the same run under every version of the base library.
/// </summary>
internal sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <returns>A number below <paramref name="bound"/>, by multiplication (Lemire 2019); the bias for small bounds is below 2⁻³².</returns>
    public int Next(int bound) => (int)(((Next() >> 32) * (ulong)bound) >> 32);

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        return Mix(_state);
    }

    /// <summary>Spreads every bit of the input over the output.</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
