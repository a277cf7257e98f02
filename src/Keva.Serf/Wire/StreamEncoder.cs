using System.Buffers.Binary;

namespace Keva.Serf.Wire;

/// <summary>The layers of a message on a stream: encryption outside, then compression, then the message.</summary>
internal static class StreamEncoder
{
    /// <summary>The type and the length in front of an encrypted block; also what the block's tag vouches for.</summary>
    public const int EncryptionHeader = 5;

    public static byte[] Seal(MemberlistMessage message, bool compress, Keyring keyring, NonceSource nonces)
    {
        var bytes = message is UserMessage user ? MemberlistEncoder.EncodeForStream(user) : MemberlistEncoder.Encode(message);
        if (compress)
        {
            bytes = MemberlistEncoder.EncodeCompressed(LzwEncoder.Encode(bytes));
        }

        return keyring.IsEmpty ? bytes : Encrypt(bytes, keyring, nonces);
    }

    private static byte[] Encrypt(byte[] bytes, Keyring keyring, NonceSource nonces)
    {
        Span<byte> header = stackalloc byte[EncryptionHeader];
        header[0] = (byte)MessageType.Encrypt;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], EncryptedBlock.Overhead + bytes.Length);
        return [.. header, .. EncryptedBlock.Seal(keyring.Primary, bytes, header, nonces)];
    }
}
