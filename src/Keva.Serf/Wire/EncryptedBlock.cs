using System.Security.Cryptography;

namespace Keva.Serf.Wire;

/// <summary>
/// AES-GCM as memberlist lays it out: version, nonce, cipher text, tag. In version 0 the plain text is padded to whole
/// blocks as in PKCS #7; version 1 leaves it alone.
/// </summary>
internal static class EncryptedBlock
{
    public const int Overhead = 1 + NonceLength + TagLength;

    private const byte Padded = 0;
    private const byte Unpadded = 1;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int BlockLength = 16;

    public static byte[] Seal(byte[] key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> associatedData, NonceSource nonces)
    {
        var block = new byte[Overhead + plain.Length];
        block[0] = Unpadded;
        var nonce = block.AsSpan(1, NonceLength);
        nonces(nonce);
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(nonce, plain, block.AsSpan(1 + NonceLength, plain.Length), block.AsSpan(^TagLength..), associatedData);
        return block;
    }

    /// <summary>The plain text under whichever key of the ring fits.</summary>
    public static byte[] Open(Keyring keyring, ReadOnlySpan<byte> block, ReadOnlySpan<byte> associatedData)
    {
        if (block.Length < Overhead || block[0] > Unpadded)
        {
            throw new MalformedMessageException("no encrypted message of a known version");
        }

        var nonce = block.Slice(1, NonceLength);
        var cipher = block[(1 + NonceLength)..^TagLength];
        var tag = block[^TagLength..];
        var plain = new byte[cipher.Length];
        foreach (var key in keyring.Keys)
        {
            if (TryDecrypt(key, nonce, cipher, tag, plain, associatedData))
            {
                return block[0] == Padded ? WithoutPadding(plain) : plain;
            }
        }

        throw new MalformedMessageException("the message is encrypted with none of our keys");
    }

    private static bool TryDecrypt(
        byte[] key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> cipher, ReadOnlySpan<byte> tag, byte[] plain, ReadOnlySpan<byte> associatedData)
    {
        using var aes = new AesGcm(key, TagLength);
        try
        {
            aes.Decrypt(nonce, cipher, tag, plain, associatedData);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private static byte[] WithoutPadding(byte[] padded)
    {
        var padding = padded.Length == 0 ? 0 : padded[^1];
        return padding is > 0 and <= BlockLength && padding <= padded.Length
            ? padded[..^padding]
            : throw new MalformedMessageException("the padding is not that of PKCS #7");
    }
}
