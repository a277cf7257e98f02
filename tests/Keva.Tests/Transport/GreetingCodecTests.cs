using Google.Protobuf;
using Keva.Node.Transport;
using Keva.Node.Transport.Codec;
using Keva.Node.Transport.Framing;
using Wire = Keva.Node.Transport.Wire;

namespace Keva.Tests.Transport;

public sealed class GreetingCodecTests
{
    [Theory]
    [InlineData(PeerLane.Control)]
    [InlineData(PeerLane.Bulk)]
    public void A_greeting_reads_back_as_it_was_written(PeerLane lane)
    {
        foreach (var hello in new[] { Samples.Unformed, Samples.Formed })
        {
            var body = GreetingCodec.Encode(hello, lane).Head.ToByteArray();

            Assert.True(GreetingCodec.TryDecode(body, out var decoded, out var decodedLane, out var problem), problem);

            Assert.Equal(hello, decoded);
            Assert.Equal(lane, decodedLane);
        }
    }

    [Fact]
    public void A_greeting_of_a_later_version_may_say_more()
    {
        byte[] body = [.. GreetingCodec.Encode(Samples.Formed, PeerLane.Control).Head.ToByteArray(), (14 << 3) | 0, 1];

        Assert.True(GreetingCodec.TryDecode(body, out var hello, out _, out var problem), problem);

        Assert.Equal(Samples.Formed, hello);
    }

    [Fact]
    public void Every_defect_of_a_greeting_is_named()
    {
        AssertRefused("cluster name is missing", wire => wire.ClusterName = "");
        AssertRefused("node name is missing", wire => wire.Name = "");
        AssertRefused("node id is missing", wire => wire.NodeId = 0);
        AssertRefused("lane", wire => wire.Lane = Wire.Lane.Unspecified);
        AssertRefused("lane", wire => wire.Lane = (Wire.Lane)7);
        AssertRefused("node name is longer than 255 bytes", wire => wire.Name = new string('é', 128));
        AssertRefused("peer address is longer", wire => wire.PeerAddress = new string('a', 301));
        AssertRefused("software version has characters", wire => wire.SoftwareVersion = "\u001b[31m");
        AssertRefused("HTTP address has characters", wire => wire.HttpAddress = "a\nb");
        AssertRefused("configuration", wire => wire.FirstConfiguration = ByteString.CopyFromUtf8("x"));
        AssertRefused("configuration", wire => wire.FirstConfiguration = ByteString.Empty);
    }

    [Fact]
    public void Text_that_is_no_UTF8_is_refused()
    {
        var body = GreetingCodec.Encode(Samples.Unformed, PeerLane.Control).Head.ToByteArray();
        body[body.AsSpan().IndexOf("host1"u8)] = 0xff;

        Assert.False(GreetingCodec.TryDecode(body, out _, out _, out _));
    }

    [Fact]
    public void A_refusal_reads_back_and_cannot_write_control_characters_into_a_log()
    {
        Assert.Equal("other cluster", GreetingCodec.DecodeRefusal(GreetingCodec.EncodeRefusal("other cluster").Head.ToByteArray()));

        var hostile = new Wire.Refusal { Reason = "a\u001b[2J\r\nb" + new string('x', 5000) }.ToByteArray();
        var reason = GreetingCodec.DecodeRefusal(hostile);
        Assert.StartsWith("a?[2J??b", reason, StringComparison.Ordinal);
        Assert.InRange(reason.Length, 1, 1000);
        Assert.Equal("for an unreadable reason", GreetingCodec.DecodeRefusal([0xff]));
    }

    [Fact]
    public void A_long_refusal_is_cut_between_two_characters()
    {
        var reason = "a" + string.Concat(Enumerable.Repeat("🗝", 600)); // a key takes two places in a string, so the cut falls into one

        var read = GreetingCodec.DecodeRefusal(GreetingCodec.EncodeRefusal(reason).Head.ToByteArray());

        Assert.Equal(reason[..999], read);
    }

    private static void AssertRefused(string expectedProblem, Action<Wire.Greeting> spoil)
    {
        var wire = ((Wire.Greeting)GreetingCodec.Encode(Samples.Formed, PeerLane.Bulk).Head).Clone();
        spoil(wire);

        Assert.False(GreetingCodec.TryDecode(wire.ToByteArray(), out var hello, out _, out var problem));
        Assert.Null(hello);
        Assert.Contains(expectedProblem, problem, StringComparison.Ordinal);
    }
}
