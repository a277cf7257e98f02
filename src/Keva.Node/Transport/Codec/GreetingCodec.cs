using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Keva.Node.Transport.Framing;
using Keva.Raft;
using Keva.Raft.Membership;

namespace Keva.Node.Transport.Codec;

/// <summary>
/// What the two sides say before a protocol version is agreed upon: the greeting, or why there will be no conversation.
/// Fields that a reader does not know it skips, so that later versions can say more.
/// </summary>
internal static class GreetingCodec
{
    public static OutgoingFrame Encode(PeerHello hello, PeerLane lane)
    {
        var wire = new Wire.Greeting
        {
            ClusterName = hello.ClusterName,
            ClusterId = hello.Cluster.Value,
            NodeId = hello.Node.Value,
            Name = hello.Name,
            PeerAddress = hello.PeerAddress,
            HttpAddress = hello.HttpAddress,
            SoftwareVersion = hello.SoftwareVersion,
            Lane = lane == PeerLane.Bulk ? Wire.Lane.Bulk : Wire.Lane.Control,
        };
        if (hello.FirstConfiguration is { } configuration)
        {
            wire.FirstConfiguration = UnsafeByteOperations.UnsafeWrap(ClusterConfigurationCodec.Encode(configuration));
        }

        return new OutgoingFrame(FrameType.Greeting, wire);
    }

    public static bool TryDecode(ReadOnlySpan<byte> body, [NotNullWhen(true)] out PeerHello? hello, out PeerLane lane, out string problem)
    {
        hello = null;
        lane = PeerLane.Control;
        Wire.Greeting wire;
        try
        {
            wire = Parsers.Greeting.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException)
        {
            problem = "malformed greeting: it is not a protobuf message";
            return false;
        }

        var checks = new FieldChecks();
        PrintableText.Check(wire.ClusterName, "cluster name", PrintableText.MaxNameBytes, ref checks);
        PrintableText.Check(wire.Name, "node name", PrintableText.MaxNameBytes, ref checks);
        PrintableText.Check(wire.PeerAddress, "peer address", PrintableText.MaxAddressBytes, ref checks);
        PrintableText.Check(wire.HttpAddress, "HTTP address", PrintableText.MaxAddressBytes, ref checks);
        PrintableText.Check(wire.SoftwareVersion, "software version", PrintableText.MaxNameBytes, ref checks);
        checks.Require(wire.ClusterName.Length > 0, "the cluster name is missing");
        checks.Require(wire.Name.Length > 0, "the node name is missing");
        checks.Require(wire.NodeId != 0, "the node id is missing");
        checks.Require(wire.Lane is Wire.Lane.Control or Wire.Lane.Bulk, "the lane is missing or unknown");
        var configuration = wire.HasFirstConfiguration ? checks.Configuration(wire.FirstConfiguration.Span) : null;
        if (checks.Problem is not null)
        {
            problem = $"malformed greeting: {checks.Problem}";
            return false;
        }

        problem = "";
        lane = wire.Lane == Wire.Lane.Bulk ? PeerLane.Bulk : PeerLane.Control;
        hello = new PeerHello(
            wire.ClusterName,
            new ClusterId(wire.ClusterId),
            new NodeId(wire.NodeId),
            wire.Name,
            wire.PeerAddress,
            wire.HttpAddress,
            wire.SoftwareVersion,
            configuration);
        return true;
    }

    public static OutgoingFrame EncodeRefusal(string reason) =>
        new(FrameType.Refusal, new Wire.Refusal { Reason = PrintableText.Sentence(reason) });

    /// <summary>The reason in a refusal, fit to be logged whatever the peer wrote.</summary>
    public static string DecodeRefusal(ReadOnlySpan<byte> body)
    {
        try
        {
            return PrintableText.Sentence(Parsers.Refusal.ParseFrom(body).Reason);
        }
        catch (InvalidProtocolBufferException)
        {
            return "for an unreadable reason";
        }
    }
}
