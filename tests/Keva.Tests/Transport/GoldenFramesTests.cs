using System.Globalization;
using System.Text;
using Keva.Node.Transport;
using Keva.Node.Transport.Codec;
using Keva.Node.Transport.Framing;

namespace Keva.Tests.Transport;

/// <summary>
/// The bytes on the wire, fixed: nodes of different builds talk to each other. Whoever has to change golden-frames.txt
/// has changed the protocol, and needs a new protocol version unless nothing was ever released with the old bytes.
/// </summary>
public sealed class GoldenFramesTests
{
    private const string GoldenFile = "tests/Keva.Tests/Transport/golden-frames.txt";
    private const string ProtocolPage = "docs/PROTOCOL.md";

    [Fact]
    public void The_bytes_on_the_wire_are_the_golden_ones() =>
        Assert.Equal(ReadFromRepository(GoldenFile), string.Concat(AllFrames().Select(frame => $"{frame.Name}: {Hex(frame.Bytes)}\n")));

    [Fact]
    public void The_dumps_in_the_protocol_page_are_what_the_code_sends()
    {
        var frames = AllFrames().ToDictionary(frame => frame.Name, frame => frame.Bytes, StringComparer.Ordinal);
        var dumps = ReadDumps(ReadFromRepository(ProtocolPage));

        Assert.True(dumps.ContainsKey("greeting with preface") && dumps.ContainsKey("AppendEntriesRequest"));
        Assert.All(dumps, dump => Assert.Equal(Hex(frames[dump.Key]), Hex(dump.Value)));
    }

    [Fact]
    public void The_protocol_page_names_every_frame_type_with_its_number()
    {
        var page = ReadFromRepository(ProtocolPage);

        Assert.All(Enum.GetValues<FrameType>(), type => Assert.Contains($"| {(byte)type} | `{type}` |", page, StringComparison.Ordinal));
    }

    private static IEnumerable<(string Name, byte[] Bytes)> AllFrames()
    {
        var refusal = GreetingCodec.EncodeRefusal("other cluster: 'host2' is in 'a', 'host1' in 'b'");
        return Samples.Messages
            .Select(sample => (sample.Name, Samples.FrameOf(PeerMessageCodec.Encode(sample.Message), group: 0x0102)))
            .Prepend(("refusal with preface", Samples.HandshakeOf(refusal)))
            .Prepend(("greeting of a formed node with preface", Samples.HandshakeOf(GreetingCodec.Encode(Samples.Formed, PeerLane.Bulk))))
            .Prepend(("greeting with preface", Samples.HandshakeOf(GreetingCodec.Encode(Samples.Unformed, PeerLane.Control))));
    }

    /// <summary>
    /// Blocks that begin with <c>```hex NAME</c>: on each line bytes in hexadecimal, then, after a <c>#</c>, what they mean.
    /// </summary>
    private static Dictionary<string, byte[]> ReadDumps(string page)
    {
        const string Opening = "```hex ";
        var dumps = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        string? name = null;
        var hex = new StringBuilder();
        foreach (var line in page.Split('\n'))
        {
            if (line.StartsWith(Opening, StringComparison.Ordinal))
            {
                name = line[Opening.Length..];
                hex.Clear();
            }
            else if (name is not null && string.Equals(line, "```", StringComparison.Ordinal))
            {
                dumps.Add(name, Convert.FromHexString(hex.ToString()));
                name = null;
            }
            else if (name is not null)
            {
                hex.Append(line.Split('#')[0].Replace(" ", "", StringComparison.Ordinal));
            }
        }

        return dumps;
    }

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes).ToLower(CultureInfo.InvariantCulture);

    private static string ReadFromRepository(string path)
    {
        var directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "Keva.sln")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        Assert.True(directory is not null, "the tests run from within the repository");
        return File.ReadAllText(Path.Combine(directory, path));
    }
}
