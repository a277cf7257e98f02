namespace Keva.Serf;

/// <summary>
/// The keys that gossip is encrypted with: the first, the primary, encrypts; each may decrypt. Immutable. With no keys,
/// gossip is in plain text.
/// </summary>
public sealed class Keyring
{
    private readonly byte[][] keys;

    private Keyring(byte[][] keys)
    {
        this.keys = keys;
    }

    public static Keyring Empty { get; } = new([]);

    public bool IsEmpty => keys.Length == 0;

    /// <summary>The primary first.</summary>
    public IReadOnlyList<byte[]> Keys => keys;

    public byte[] Primary => keys[0];

    /// <summary>Whether <paramref name="key"/> has a length that AES takes.</summary>
    public static bool IsUsable(byte[] key) => key.Length is 16 or 24 or 32;

    /// <exception cref="ArgumentException">A key is of none of the lengths of AES.</exception>
    public static Keyring Of(params IEnumerable<byte[]> keys)
    {
        var ring = Empty;
        foreach (var key in keys)
        {
            ring = ring.Add(key);
        }

        return ring;
    }

    public bool Contains(byte[] key) => IndexOf(key) >= 0;

    /// <summary>With <paramref name="key"/> as a further key; as the primary if there was none.</summary>
    public Keyring Add(byte[] key)
    {
        if (!IsUsable(key))
        {
            throw new ArgumentException($"a key has 16, 24 or 32 bytes, not {key.Length}");
        }

        return Contains(key) ? this : new Keyring([.. keys, (byte[])key.Clone()]);
    }

    /// <exception cref="ArgumentException">The key is not in the ring.</exception>
    public Keyring WithPrimary(byte[] key) =>
        IndexOf(key) is var index and >= 0
            ? new Keyring([keys[index], .. keys[..index], .. keys[(index + 1)..]])
            : throw new ArgumentException("the key is not in the keyring");

    /// <exception cref="ArgumentException">The key is the primary one.</exception>
    public Keyring Remove(byte[] key)
    {
        var index = IndexOf(key);
        if (index == 0)
        {
            throw new ArgumentException("the primary key cannot be removed");
        }

        return index < 0 ? this : new Keyring([.. keys[..index], .. keys[(index + 1)..]]);
    }

    private int IndexOf(byte[] key) => Array.FindIndex(keys, known => known.AsSpan().SequenceEqual(key));
}
