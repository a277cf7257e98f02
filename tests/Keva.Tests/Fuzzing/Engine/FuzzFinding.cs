using System.Globalization;

namespace Keva.Tests.Fuzzing.Engine;

/// <summary>A check in a probe failed: the reader did what it must not do, without throwing.</summary>
internal sealed class FuzzCheckException(string rule) : Exception(rule);

/// <summary>An input that a reader did not stand; the message has all that is needed to see it again.</summary>
internal sealed class FuzzFinding : Exception
{
    private FuzzFinding(string message, byte[] input, Exception? cause)
        : base(message, cause) => Input = input;

    /// <summary>The input, made smaller as far as it goes.</summary>
    public byte[] Input { get; }

    public static FuzzFinding Of(FuzzTarget target, ulong campaign, long attempt, string problem, byte[] input, Exception? cause = null) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"{target.Name}: {problem}\ninput of {input.Length} bytes, in base64: {Convert.ToBase64String(input)}\n")
            + string.Create(CultureInfo.InvariantCulture, $"again: KEVA_FUZZ_SEED={campaign} KEVA_FUZZ_TARGET='{target.Name}', try {attempt}"),
        input,
        cause);
}

/// <summary>Short ways for a probe to say what must hold.</summary>
internal static class FuzzCheck
{
    public static void That(bool condition, string rule)
    {
        if (!condition)
        {
            throw new FuzzCheckException(rule);
        }
    }

    public static void Same(string expected, string actual, string rule)
    {
        if (!string.Equals(expected, actual, StringComparison.Ordinal))
        {
            throw new FuzzCheckException($"{rule}: '{expected}' became '{actual}'");
        }
    }

    public static void Same(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual, string rule)
    {
        if (!expected.SequenceEqual(actual))
        {
            throw new FuzzCheckException($"{rule}: {Convert.ToHexStringLower(expected)} became {Convert.ToHexStringLower(actual)}");
        }
    }
}
