using Keva.Serf.Wire;

namespace Keva.Tests.Serf.Wire;

/// <summary>
/// Packets of real agents. Reading them and writing them again to the same bytes shows that every field is understood, in
/// all layers, and that ours cannot be told from an agent's.
/// </summary>
public sealed class GoldenVectorTests
{
    /// <summary>Bytes that an agent accepted but would have written otherwise: they are only read.</summary>
    private static readonly string[] WrittenOtherwise =
    [
        "variant-alive-str8-bin8-unsorted",
        "enc16-v0-ping-from-test-peer",
    ];

    public static TheoryData<string> OfTransport(string transport) =>
        [.. SerfVector.All.Values.Where(vector => vector.Transport == transport).Select(vector => vector.Name)];

    [Fact]
    public void There_are_as_many_vectors_as_were_captured() => Assert.Equal(74, SerfVector.All.Count);

    [Theory]
    [MemberData(nameof(OfTransport), "udp")]
    public void A_datagram_is_read_and_written_to_the_same_bytes(string name)
    {
        var vector = SerfVector.All[name];

        var messages = DatagramCodec.Open(vector.Bytes, vector.Keyring, out var malformed);

        Assert.Equal(0, malformed);
        Assert.NotEmpty(messages);
        var rewritten = messages.Select(message => MemberlistEncoder.Encode(Rewritten(MemberlistDecoder.Decode(message)))).ToList();
        if (!WrittenOtherwise.Contains(name))
        {
            var message = vector.HasLayer("compound") ? CompoundMessage.Encode(rewritten) : Assert.Single(rewritten);
            Assert.Equal(
                Convert.ToHexString(vector.Bytes),
                Convert.ToHexString(DatagramCodec.Seal(message, vector.HasLayer("compress"), vector.HasLayer("hasCrc"), vector.Keyring, NonceAt(vector, 1))));
        }
    }

    [Theory]
    [MemberData(nameof(OfTransport), "tcp")]
    public void A_stream_is_read_and_written_to_the_same_bytes(string name)
    {
        var vector = SerfVector.All[name];

        var message = new StreamMessageReader(vector.Keyring).Append(vector.Bytes);

        Assert.NotNull(message);
        Assert.Equal(
            Convert.ToHexString(vector.Bytes),
            Convert.ToHexString(StreamEncoder.Seal(Rewritten(message), vector.HasLayer("compress"), vector.Keyring, NonceAt(vector, 6))));
    }

    [Theory]
    [MemberData(nameof(OfTransport), "tcp")]
    public void A_stream_that_comes_in_drops_is_complete_with_its_last_byte_and_not_before(string name)
    {
        var vector = SerfVector.All[name];
        var reader = new StreamMessageReader(vector.Keyring);

        for (var i = 0; i < vector.Bytes.Length - 1; i++)
        {
            Assert.Null(reader.Append(vector.Bytes.AsSpan(i, 1)));
        }

        Assert.NotNull(reader.Append(vector.Bytes.AsSpan(^1..)));
    }

    [Theory]
    [MemberData(nameof(OfTransport), "unit-lzw")]
    public void What_is_compressed_is_as_an_agent_would_compress_it(string name)
    {
        var vector = SerfVector.All[name];
        var plain = Convert.FromHexString(vector.Decoded.GetProperty("plain_hex").GetString()!);

        Assert.Equal(plain, LzwDecoder.Decode(vector.Bytes, mostBytes: 4_096));
        Assert.Equal(vector.Bytes, LzwEncoder.Encode(plain));
    }

    [Fact]
    public void An_alive_message_says_what_was_captured()
    {
        var vector = SerfVector.All["alive-refute-crc"];

        var alive = Assert.IsType<Alive>(MemberlistDecoder.Decode(Assert.Single(DatagramCodec.Open(vector.Bytes, vector.Keyring, out _))));

        Assert.Equal("node-a", alive.Node);
        Assert.Equal(2u, alive.Incarnation);
        Assert.Equal([127, 77, 0, 1], alive.Address!);
        Assert.Equal(7946, alive.Port);
        Assert.Equal(VersionVector.Ours, VersionVector.FromBytes(alive.Version));
        Assert.Equal("web", TagsCodec.Decode(alive.Meta)["role"]);
    }

    [Fact]
    public void A_query_says_what_was_captured()
    {
        var vector = SerfVector.All["serf-query-filters-crc"];
        var user = Assert.IsType<UserMessage>(MemberlistDecoder.Decode(Assert.Single(DatagramCodec.Open(vector.Bytes, vector.Keyring, out _))));

        var query = Assert.IsType<QueryMessage>(SerfDecoder.Decode(user.Content));

        Assert.Equal("uptime", query.Name);
        Assert.Equal(2, query.Filters!.Count);
        Assert.Equal("0091a66e6f64652d62", Convert.ToHexStringLower(query.Filters[0]));
    }

    [Fact]
    public void A_new_versions_strings_and_byte_arrays_are_understood()
    {
        var vector = SerfVector.All["variant-alive-str8-bin8-unsorted"];

        var alive = Assert.IsType<Alive>(MemberlistDecoder.Decode(vector.Bytes));

        Assert.Equal("fake-1", alive.Node);
        Assert.Equal(3u, alive.Incarnation);
        Assert.Equal("str8bin", TagsCodec.Decode(alive.Meta)["enc"]);
    }

    [Fact]
    public void A_member_that_left_and_one_that_failed_are_told_apart_in_a_push_pull()
    {
        var vector = SerfVector.All["tcp-pushpull-rejoin-response"];

        var pushPull = Assert.IsType<PushPull>(new StreamMessageReader(vector.Keyring).Append(vector.Bytes));

        Assert.Equal(
            [("node-c", NodeState.Dead), ("node-b", NodeState.Left)],
            pushPull.Nodes.Where(node => node.State != NodeState.Alive).Select(node => (node.Name, node.State)));
        Assert.Contains("node-b", Assert.IsType<SerfState>(SerfDecoder.Decode(pushPull.UserState)).LeftMembers!);
    }

    private static Keva.Serf.NonceSource NonceAt(SerfVector vector, int position) =>
        nonce => vector.Bytes.AsSpan(position, nonce.Length).CopyTo(nonce);

    /// <summary>The message with the serf messages in it read and written once more.</summary>
    private static MemberlistMessage Rewritten(MemberlistMessage message) => message switch
    {
        UserMessage user => new UserMessage(SerfEncoder.Encode(Rewritten(SerfDecoder.Decode(user.Content)))),
        PushPull { UserState.Length: > 0 } pushPull => pushPull with { UserState = SerfEncoder.Encode(SerfDecoder.Decode(pushPull.UserState)) },
        _ => message,
    };

    private static SerfMessage Rewritten(SerfMessage message) => message switch
    {
        QueryMessage { Payload.Length: > 0 } query when query.Name.StartsWith("_serf_", StringComparison.Ordinal) && query.Payload[0] == (byte)SerfMessageType.KeyRequest =>
            query with { Payload = SerfEncoder.Encode(SerfDecoder.Decode(query.Payload)) },
        QueryResponseMessage { Payload: [(byte)SerfMessageType.KeyResponse or (byte)SerfMessageType.ConflictResponse, ..] } response =>
            response with { Payload = SerfEncoder.Encode(SerfDecoder.Decode(response.Payload)) },
        RelayMessage relay => relay with { Content = SerfEncoder.Encode(SerfDecoder.Decode(relay.Content)) },
        _ => message,
    };
}
