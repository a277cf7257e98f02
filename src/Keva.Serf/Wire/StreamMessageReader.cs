using System.Buffers.Binary;

namespace Keva.Serf.Wire;

/// <summary>
/// Collects what arrives on a stream until the message on it is complete. There is one message each way on a stream, plain
/// ones have no length in front, and the sender does not close its side, so the reader has to see for itself where it ends.
/// </summary>
internal sealed class StreamMessageReader(Keyring keyring)
{
    private const string RefusedPlain = "Encryption is configured but remote state is not encrypted";
    private const string RefusedEncrypted = "Remote state is encrypted and encryption is not configured";

    private readonly StreamMessageParser parser = new();
    private byte[] buffer = [];

    public int BufferedBytes { get; private set; }

    /// <summary>What to tell the peer if reading failed because only one side encrypts.</summary>
    public string? Refusal { get; private set; }

    /// <summary>The message, or null as long as more is to come.</summary>
    /// <exception cref="MalformedMessageException">The stream says what the protocol does not allow.</exception>
    public MemberlistMessage? Append(ReadOnlySpan<byte> arrived)
    {
        if (arrived.Length > WireLimits.StreamBytes + StreamEncoder.EncryptionHeader - BufferedBytes)
        {
            throw new MalformedMessageException("the message on the stream is too long");
        }

        if (BufferedBytes + arrived.Length > buffer.Length)
        {
            Array.Resize(ref buffer, Math.Max(2 * buffer.Length, BufferedBytes + arrived.Length));
        }

        arrived.CopyTo(buffer.AsSpan(BufferedBytes));
        BufferedBytes += arrived.Length;
        return BufferedBytes == 0 ? null : TryReadMessage(buffer.AsSpan(0, BufferedBytes));
    }

    private MemberlistMessage? TryReadMessage(ReadOnlySpan<byte> available)
    {
        var isEncrypted = available[0] == (byte)MessageType.Encrypt;
        if (isEncrypted != !keyring.IsEmpty)
        {
            Refusal = isEncrypted ? RefusedEncrypted : RefusedPlain;
            throw new MalformedMessageException(Refusal);
        }

        if (isEncrypted)
        {
            return Decrypt(available) is { } plain ? ReadComplete(plain) : null;
        }

        return available[0] == (byte)MessageType.Compress ? TryReadCompressed(available) : parser.Advance(available);
    }

    private byte[]? Decrypt(ReadOnlySpan<byte> available)
    {
        if (available.Length < StreamEncoder.EncryptionHeader)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(available[1..]);
        if (length > WireLimits.StreamBytes)
        {
            throw new MalformedMessageException($"an encrypted message of {length} bytes is too long");
        }

        var end = StreamEncoder.EncryptionHeader + (int)length;
        return available.Length < end
            ? null
            : EncryptedBlock.Open(keyring, available[StreamEncoder.EncryptionHeader..end], available[..StreamEncoder.EncryptionHeader]);
    }

    private MemberlistMessage? TryReadCompressed(ReadOnlySpan<byte> available)
    {
        if (!MessagePackExtent.TryMeasure(available[1..], out _))
        {
            return null;
        }

        return ReadPlain(DatagramCodec.Decompress(available[1..], WireLimits.StreamBytes));
    }

    private MemberlistMessage ReadComplete(byte[] message) =>
        message is [(byte)MessageType.Compress, ..]
            ? ReadPlain(DatagramCodec.Decompress(message.AsSpan(1), WireLimits.StreamBytes))
            : ReadPlain(message);

    private MemberlistMessage ReadPlain(byte[] message) =>
        parser.Advance(message) ?? throw new MalformedMessageException("the message ends before it is complete");
}
