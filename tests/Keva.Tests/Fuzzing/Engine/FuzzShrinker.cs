using System.Diagnostics;

namespace Keva.Tests.Fuzzing.Engine;

/// <summary>Makes a failing input smaller, as long as it fails in the same way: takes out pieces, large ones first.</summary>
internal sealed class FuzzShrinker(Func<byte[], bool> stillFails)
{
    private const int MaxAttempts = 3_000;
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(2);

    private readonly long startedAt = Stopwatch.GetTimestamp();
    private int attempts;

    private bool HasTime => attempts < MaxAttempts && Stopwatch.GetElapsedTime(startedAt) < MaxTime;

    public byte[] Shrink(byte[] input)
    {
        for (var piece = Math.Max(1, input.Length / 2); piece > 0; piece /= 2)
        {
            input = WithoutPieces(input, piece);
        }

        return Simplify(input);
    }

    private byte[] WithoutPieces(byte[] input, int piece)
    {
        var at = 0;
        while (at < input.Length && HasTime)
        {
            byte[] candidate = [.. input.AsSpan(0, at), .. input.AsSpan(Math.Min(input.Length, at + piece))];
            if (Fails(candidate))
            {
                input = candidate;
            }
            else
            {
                at += piece;
            }
        }

        return input;
    }

    /// <summary>Bytes that do not matter become zeros in a binary input, and letters in a text.</summary>
    private byte[] Simplify(byte[] input)
    {
        var isText = !input.AsSpan().ContainsAnyInRange((byte)0x00, (byte)0x08);
        var plain = isText ? (byte)'a' : (byte)0;
        for (var i = 0; i < input.Length && HasTime; i++)
        {
            if (input[i] == plain)
            {
                continue;
            }

            var candidate = (byte[])input.Clone();
            candidate[i] = plain;
            if (Fails(candidate))
            {
                input = candidate;
            }
        }

        return input;
    }

    private bool Fails(byte[] candidate)
    {
        attempts++;
        return stillFails(candidate);
    }
}
