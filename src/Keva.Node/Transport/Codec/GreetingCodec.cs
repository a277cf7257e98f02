using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
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
    private const int MaxNameBytes = 255;
    private const int MaxAddressBytes = 300;
    private const int MaxReasonCharacters = 1000;

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
        CheckText(wire.ClusterName, "cluster name", MaxNameBytes, ref checks);
        CheckText(wire.Name, "node name", MaxNameBytes, ref checks);
        CheckText(wire.PeerAddress, "peer address", MaxAddressBytes, ref checks);
        CheckText(wire.HttpAddress, "HTTP address", MaxAddressBytes, ref checks);
        CheckText(wire.SoftwareVersion, "software version", MaxNameBytes, ref checks);
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
        new(FrameType.Refusal, new Wire.Refusal { Reason = Printable(reason) });

    /// <summary>The reason in a refusal, fit to be logged whatever the peer wrote.</summary>
    public static string DecodeRefusal(ReadOnlySpan<byte> body)
    {
        try
        {
            return Printable(Parsers.Refusal.ParseFrom(body).Reason);
        }
        catch (InvalidProtocolBufferException)
        {
            return "for an unreadable reason";
        }
    }

    // These strings reach logs and terminals, so they must not control them.
    private static void CheckText(string text, string name, int maxBytes, ref FieldChecks checks)
    {
        checks.Require(Encoding.UTF8.GetByteCount(text) <= maxBytes, $"the {name} is longer than {maxBytes} bytes");
        checks.Require(!text.Any(IsUnprintable), $"the {name} has characters that cannot be printed");
    }

    private static string Printable(string text)
    {
        var shortened = WholeCharacters.First(text, MaxReasonCharacters).ToString();
        return string.Create(shortened.Length, shortened, static (characters, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                characters[i] = IsUnprintable(source[i]) ? '?' : source[i];
            }
        });
    }

    // The replacement character stands for bytes that were no UTF-8.
    private static bool IsUnprintable(char character) =>
        character == '\ufffd' || char.GetUnicodeCategory(character) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
