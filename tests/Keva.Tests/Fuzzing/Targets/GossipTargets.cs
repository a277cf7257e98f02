using Keva.Serf;
using Keva.Serf.Wire;
using Keva.Tests.Fuzzing.Engine;
using Keva.Tests.Serf.Wire;

namespace Keva.Tests.Fuzzing.Targets;

/// <summary>What gossip brings, in datagrams and on streams, from packets of real agents on.</summary>
internal static class GossipTargets
{
    public static IEnumerable<FuzzTarget> All() =>
    [
        new FuzzTarget("gossip datagram", ReadDatagram, () => Corpus("udp"))
        {
            Covers = ["DatagramCodec.Open", "LzwDecoder.Decode", "MessagePackExtent.ReadLength", "MemberlistDecoder.Decode", "SerfDecoder.Decode", "TagsCodec.Decode"],

            // A datagram may be compressed; the limit of what it holds bounds the memory.
            Limits = new FuzzLimits { FixedBytes = 4 * WireLimits.UnpackedDatagramBytes, BytesPerByte = 128 },
            Tries = 2_000,
        },
        new FuzzTarget("gossip stream", ReadStream, () => Corpus("tcp"))
        {
            Covers = ["StreamMessageReader.Append", "StreamMessageParser.Advance", "SerfStateDecoder.Read"],

            // Compressed by a factor of some hundreds at most: LZW codes of 12 bits stand for up to 4 KiB.
            Limits = new FuzzLimits { FixedBytes = 1024 * 1024, BytesPerByte = 8 * 1024 },
            Tries = 1_000,
        },
    ];

    /// <summary>Without checksums, behind which no damage would be seen.</summary>
    private static IEnumerable<byte[]> Corpus(string transport) => SerfVector.All.Values
        .Where(vector => vector.Transport == transport && vector.Key is null)
        .Select(vector => vector.Bytes[0] == (byte)MessageType.HasCrc ? vector.Bytes[5..] : vector.Bytes);

    private static FuzzOutcome ReadDatagram(byte[] input, FuzzMeter meter)
    {
        try
        {
            var messages = new List<MemberlistMessage>();
            using (meter.Measure())
            {
                foreach (var message in DatagramCodec.Open(input, Keyring.Empty, out _))
                {
                    messages.Add(MemberlistDecoder.Decode(message));
                }
            }

            foreach (var message in messages)
            {
                CheckMeaning(message, MemberlistDecoder.Decode(MemberlistEncoder.Encode(message)), meter);
            }

            return messages.Count > 0 ? FuzzOutcome.AcceptedAs(messages[0].GetType().Name) : FuzzOutcome.Refused("nothing in it");
        }
        catch (MalformedMessageException exception)
        {
            return FuzzOutcome.Refused(exception.Message);
        }
    }

    private static FuzzOutcome ReadStream(byte[] input, FuzzMeter meter)
    {
        try
        {
            MemberlistMessage? message;
            using (meter.Measure())
            {
                message = new StreamMessageReader(Keyring.Empty).Append(input);
            }

            if (message is null)
            {
                return FuzzOutcome.Refused("more is to come");
            }

            var written = StreamEncoder.Seal(message, compress: false, Keyring.Empty, _ => { });
            CheckMeaning(message, new StreamMessageReader(Keyring.Empty).Append(written)!, meter);
            return FuzzOutcome.AcceptedAs(message.GetType().Name);
        }
        catch (MalformedMessageException exception)
        {
            return FuzzOutcome.Refused(exception.Message);
        }
    }

    /// <summary>What was read means the same after writing and reading it again; the serf message in it as well.</summary>
    private static void CheckMeaning(MemberlistMessage read, MemberlistMessage again, FuzzMeter meter)
    {
        FuzzCheck.Same(Written(read), Written(again), "a message means the same after writing it");
        var content = read switch
        {
            UserMessage user => user.Content,
            PushPull { UserState.Length: > 0 } pushPull => pushPull.UserState,
            _ => null,
        };
        if (content is null)
        {
            return;
        }

        SerfMessage message;
        using (meter.Measure())
        {
            message = SerfDecoder.Decode(content);
        }

        var encoded = SerfEncoder.Encode(message);
        FuzzCheck.Same(encoded, SerfEncoder.Encode(SerfDecoder.Decode(encoded)), "a serf message means the same after writing it");
    }

    private static byte[] Written(MemberlistMessage message) => StreamEncoder.Seal(message, compress: false, Keyring.Empty, _ => { });
}
