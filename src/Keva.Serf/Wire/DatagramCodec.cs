using System.Buffers.Binary;

namespace Keva.Serf.Wire;

/// <summary>
/// The layers of a datagram. Outside in: encryption, checksum, compression, compound. A checksum is understood directly
/// inside of the encryption only.
/// </summary>
internal static class DatagramCodec
{
    private const int ChecksumHeader = 5;

    /// <summary>The message as it goes out. Compression is used where it helps.</summary>
    public static byte[] Seal(byte[] message, bool compress, bool checksum, Keyring keyring, NonceSource nonces)
    {
        var packet = message;
        if (compress)
        {
            var compressed = MemberlistEncoder.EncodeCompressed(LzwEncoder.Encode(packet));
            packet = compressed.Length < packet.Length ? compressed : packet;
        }

        if (checksum)
        {
            packet = WithChecksum(packet);
        }

        return keyring.IsEmpty ? packet : EncryptedBlock.Seal(keyring.Primary, packet, associatedData: default, nonces);
    }

    /// <summary>
    /// The messages of a datagram, each with its type first. With keys, plain text is refused. A message that cannot be
    /// unpacked does not keep those beside it from being used; <paramref name="malformed"/> counts such.
    /// </summary>
    /// <exception cref="MalformedMessageException">The outermost layers do not hold.</exception>
    public static List<byte[]> Open(ReadOnlySpan<byte> datagram, Keyring keyring, out int malformed)
    {
        if (datagram.Length > WireLimits.DatagramBytes)
        {
            throw new MalformedMessageException("the datagram is too long");
        }

        var packet = keyring.IsEmpty ? datagram : EncryptedBlock.Open(keyring, datagram, associatedData: default);
        if (packet.Length >= ChecksumHeader && packet[0] == (byte)MessageType.HasCrc)
        {
            packet = WithoutChecksum(packet);
        }

        var unpacking = new Unpacking();
        unpacking.Add(packet, depth: 0);
        malformed = unpacking.Malformed;
        return unpacking.Messages;
    }

    private static byte[] WithChecksum(byte[] packet)
    {
        var wrapped = new byte[ChecksumHeader + packet.Length];
        wrapped[0] = (byte)MessageType.HasCrc;
        BinaryPrimitives.WriteUInt32BigEndian(wrapped.AsSpan(1), Crc32.Of(packet));
        packet.CopyTo(wrapped.AsSpan(ChecksumHeader));
        return wrapped;
    }

    private static ReadOnlySpan<byte> WithoutChecksum(ReadOnlySpan<byte> packet)
    {
        var inner = packet[ChecksumHeader..];
        return BinaryPrimitives.ReadUInt32BigEndian(packet[1..]) == Crc32.Of(inner)
            ? inner
            : throw new MalformedMessageException("the checksum does not fit the message");
    }

    private sealed class Unpacking
    {
        private int decompressed;

        public List<byte[]> Messages { get; } = [];

        public int Malformed { get; private set; }

        public void Add(ReadOnlySpan<byte> message, int depth)
        {
            try
            {
                AddUnwrapped(message, depth);
            }
            catch (MalformedMessageException)
            {
                Malformed++;
            }
        }

        private void AddUnwrapped(ReadOnlySpan<byte> message, int depth)
        {
            if (message.IsEmpty || depth > WireLimits.WrapperDepth)
            {
                throw new MalformedMessageException("the message is empty or wrapped too often");
            }

            switch ((MessageType)message[0])
            {
                case MessageType.Compress:
                    var plain = Decompress(message[1..], WireLimits.UnpackedDatagramBytes - decompressed);
                    decompressed += plain.Length;
                    Add(plain, depth + 1);
                    break;
                case MessageType.Compound:
                    foreach (var part in CompoundMessage.Parts(message))
                    {
                        Add(message[part], depth + 1);
                    }

                    break;
                default:
                    Messages.Add(message.ToArray());
                    break;
            }
        }
    }

    /// <summary>What a compress message, given without its type, holds.</summary>
    public static byte[] Decompress(ReadOnlySpan<byte> body, int mostBytes)
    {
        var reader = new MessagePackReader(body);
        var (algorithm, buffer) = MemberlistDecoder.ReadCompressed(ref reader);
        return algorithm == 0
            ? LzwDecoder.Decode(buffer, mostBytes)
            : throw new MalformedMessageException($"compression algorithm {algorithm} is unknown");
    }
}
