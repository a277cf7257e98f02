using Google.Protobuf;
using Keva.Node.Transport;
using Keva.Node.Transport.Codec;
using Keva.Node.Transport.Framing;
using Keva.Tests.Fuzzing.Engine;
using Keva.Tests.Fuzzing.Grammars;
using Keva.Tests.Transport;

namespace Keva.Tests.Fuzzing.Targets;

/// <summary>The bodies of frames: a target for each type.</summary>
internal static class PeerMessageTargets
{
    public static IEnumerable<FuzzTarget> All() =>
    [
        Greeting(),
        Refusal(),
        .. Enum.GetValues<FrameType>().Where(type => type is not (FrameType.Greeting or FrameType.Refusal)).Select(Message),
    ];

    private static FuzzTarget Greeting()
    {
        byte[][] corpus =
        [
            Body(GreetingCodec.Encode(Samples.Unformed, PeerLane.Control)), Body(GreetingCodec.Encode(Samples.Formed, PeerLane.Bulk)),
            Body(GreetingCodec.Encode(Samples.Unformed with { Name = "ключ🗝", HttpAddress = "" }, PeerLane.Bulk)),
        ];
        return new FuzzTarget("peer greeting", ReadGreeting, () => corpus)
        {
            Covers = ["GreetingCodec.TryDecode"],
            Generate = random => ProtobufDamage.Do(random.Pick(corpus), random),
        };
    }

    private static FuzzTarget Refusal()
    {
        byte[][] corpus = [Body(GreetingCodec.EncodeRefusal("other cluster")), Body(GreetingCodec.EncodeRefusal("ключ 🗝")), []];
        return new FuzzTarget("peer refusal", ReadRefusal, () => corpus)
        {
            Covers = ["GreetingCodec.DecodeRefusal"],
            Generate = random => ProtobufDamage.Do(random.OneIn(20) ? LongRefusal(random) : random.Pick(corpus), random),
        };
    }

    /// <summary>Long enough to be cut, at any place of a character that takes several bytes or UTF-16 units.</summary>
    private static byte[] LongRefusal(FuzzRandom random) =>
        new Keva.Node.Transport.Wire.Refusal { Reason = new string('a', random.Below(4)) + string.Concat(Enumerable.Repeat("🗝", 600)) }.ToByteArray();

    private static FuzzTarget Message(FrameType type)
    {
        var corpus = Samples.Messages.Where(sample => Samples.TypeOf(sample.Message) == type).Select(sample => Samples.BodyOf(sample.Message)).ToList();
        return new FuzzTarget($"peer message {type}", (input, meter) => ReadMessage(type, input, meter), () => corpus)
        {
            Covers =
            [
                "PeerMessageCodec.TryDecode", "PeerMessageCodec.ParseExactly", "TailField.TrySplit", "ForwardingCodec.DecodeProposals",
                "ForwardingCodec.DecodeRefused", "MembershipCodec.DecodeAnswer", "MembershipCodec.DecodeChange", "MembershipCodec.DecodeTransfer",
                "MembershipCodec.DecodeEnded",
                "SnapshotCodec.DecodeRequest", "SnapshotCodec.DecodeResponse", "EntryBatch.TryDecode",
            ],
            Generate = random => ProtobufDamage.Do(random.Pick(corpus), random),
            Tries = 2_500,
        };
    }

    private static byte[] Body(in OutgoingFrame frame) => Samples.FrameOf(frame)[FrameHeader.Size..];

    private static FuzzOutcome ReadGreeting(byte[] input, FuzzMeter meter)
    {
        PeerHello? hello;
        PeerLane lane;
        string problem;
        using (meter.Measure())
        {
            GreetingCodec.TryDecode(input, out hello, out lane, out problem);
        }

        if (hello is null)
        {
            FuzzCheck.That(problem.Length > 0, "a refusal has a reason");
            return FuzzOutcome.Refused(problem);
        }

        var again = Body(GreetingCodec.Encode(hello, lane));
        FuzzCheck.That(GreetingCodec.TryDecode(again, out var same, out var sameLane, out _), "a greeting can be read again");
        FuzzCheck.That(same == hello && sameLane == lane, "a greeting reads back as it was written");
        foreach (var text in (string[])[hello.ClusterName, hello.Name, hello.PeerAddress, hello.HttpAddress, hello.SoftwareVersion])
        {
            FuzzCheck.That(!text.Any(char.IsControl), "what a peer says of itself cannot steer a terminal");
        }

        // What is refused goes back to the peer with its own words in it.
        var own = Samples.Formed;
        if (HelloPolicy.WhyRefused(own, own.FirstConfiguration, _ => true, hello) is { } refusal)
        {
            FuzzCheck.Same(refusal, GreetingCodec.DecodeRefusal(Body(GreetingCodec.EncodeRefusal(refusal))), "a reason arrives whole");
        }

        return FuzzOutcome.AcceptedAs(hello.FirstConfiguration is null ? "unformed" : "formed");
    }

    private static FuzzOutcome ReadRefusal(byte[] input, FuzzMeter meter)
    {
        string reason;
        using (meter.Measure())
        {
            reason = GreetingCodec.DecodeRefusal(input);
        }

        FuzzCheck.That(!reason.Any(char.IsControl), "a reason cannot steer a terminal");
        FuzzCheck.Same(reason, GreetingCodec.DecodeRefusal(Body(GreetingCodec.EncodeRefusal(reason))), "a reason reads back as it was written");
        return reason.StartsWith("for an unreadable", StringComparison.Ordinal) ? FuzzOutcome.Refused(reason) : FuzzOutcome.Accepted;
    }

    private static FuzzOutcome ReadMessage(FrameType type, byte[] input, FuzzMeter meter)
    {
        Keva.Raft.Messages.RaftMessage? message;
        string problem;
        using (meter.Measure())
        {
            PeerMessageCodec.TryDecode(type, input, out message, out problem);
        }

        if (message is null)
        {
            FuzzCheck.That(problem.Length > 0, "a refusal has a reason");
            return FuzzOutcome.Refused(problem);
        }

        FuzzCheck.That(Samples.TypeOf(message) == type, "a message is of the type of its frame");
        FuzzCheck.Same(input, Samples.BodyOf(message), "a message has one form on the wire");
        FuzzCheck.That(PeerMessageCodec.TryDecode(type, Samples.BodyOf(message), out var again, out _), "a message can be read again");
        Samples.AssertSame(message, again!);
        return FuzzOutcome.Accepted;
    }
}
