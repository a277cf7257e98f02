using System.Text.Unicode;

namespace Keva.Store;

/// <summary>
/// How long keys and values may be, in bytes. They bind whoever proposes a command, never the state machine: what was
/// committed under one limit must still apply, on every replica, after the limit was lowered.
/// </summary>
/// <param name="MaxKeyBytes">At least 1.</param>
/// <param name="MaxValueBytes">At least 0.</param>
public sealed record StoreLimits(int MaxKeyBytes = 4 * 1024, int MaxValueBytes = 1024 * 1024)
{
    public static readonly StoreLimits Default = new();
}

/// <summary>Why a key may not be used.</summary>
public enum KeyProblem
{
    None,

    /// <summary>Returned when the key has no bytes.</summary>
    Empty,

    /// <summary>Returned when the key is longer than <see cref="StoreLimits.MaxKeyBytes"/>.</summary>
    TooLong,

    /// <summary>Returned when the key is not well-formed UTF-8.</summary>
    NotUtf8,
}

/// <summary>What keys and values a client may send.</summary>
public static class KeyRules
{
    public static KeyProblem CheckKey(ReadOnlySpan<byte> key, StoreLimits limits) =>
        key.IsEmpty ? KeyProblem.Empty
        : key.Length > limits.MaxKeyBytes ? KeyProblem.TooLong
        : Utf8.IsValid(key) ? KeyProblem.None
        : KeyProblem.NotUtf8;

    /// <param name="length">Bytes of the value; a length that a client announced will do, before anything is read.</param>
    /// <param name="limits">The limits in force.</param>
    public static bool IsValueTooLong(long length, StoreLimits limits) => length > limits.MaxValueBytes;
}
