using System.Diagnostics;
using System.Globalization;

namespace Keva.Tests.Fuzzing.Engine;

/// <summary>
/// How long to fuzz. Ordinarily a fixed number of tries with a fixed seed, the same in every run. <c>KEVA_FUZZ_SECONDS=600</c>
/// shares so much time among the targets, with a seed that nobody had before; <c>KEVA_FUZZ_SEED</c> chooses the seed, and
/// <c>KEVA_FUZZ_TARGET</c> one target. <c>KEVA_FUZZ_LAST_INPUT</c> names a file that has the input that is being tried, which
/// a reader that exhausts the stack takes along otherwise.
/// </summary>
internal sealed record FuzzBudget(ulong Seed, TimeSpan? Time, string? OnlyTarget, string? LastInputFile)
{
    private const ulong FixedSeed = 3700;

    public static FuzzBudget FromEnvironment()
    {
        var seconds = Number("KEVA_FUZZ_SECONDS");
        var fresh = seconds is null ? FixedSeed : (ulong)Stopwatch.GetTimestamp();
        return new FuzzBudget(
            Number("KEVA_FUZZ_SEED") ?? fresh,
            seconds is { } given ? TimeSpan.FromSeconds(given) : null,
            Environment.GetEnvironmentVariable("KEVA_FUZZ_TARGET"),
            Environment.GetEnvironmentVariable("KEVA_FUZZ_LAST_INPUT"));
    }

    public bool Includes(string target) => OnlyTarget is null || string.Equals(OnlyTarget, target, StringComparison.Ordinal);

    /// <summary>What to do with each input before it is tried; null: nothing.</summary>
    public Action<byte[]>? Keep() => LastInputFile is { } file ? input => File.WriteAllBytes(file, input) : null;

    /// <summary>Whether another try fits, as a question that is asked before each.</summary>
    /// <param name="tries">How many there are where no time is given.</param>
    /// <param name="shares">Among how many targets a given time is shared.</param>
    public Func<long, bool> Allowance(int tries, int shares)
    {
        if (Time is not { } total)
        {
            return number => number < tries;
        }

        var share = OnlyTarget is null ? total / shares : total;
        var started = Stopwatch.GetTimestamp();
        return _ => Stopwatch.GetElapsedTime(started) < share;
    }

    private static ulong? Number(string variable) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
