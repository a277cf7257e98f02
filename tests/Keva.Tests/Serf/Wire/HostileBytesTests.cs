using Keva.Serf;
using Keva.Serf.Wire;

namespace Keva.Tests.Serf.Wire;

/// <summary>Bytes that no agent sends: each is refused with the one documented exception, for little memory.</summary>
public sealed class HostileBytesTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];

    [Fact]
    public void Damaged_packets_are_read_or_refused()
    {
        var random = new Random(4711);
        int read = 0, refused = 0;
        foreach (var vector in SerfVector.All.Values.Where(vector => vector.Key is null && vector.Transport != "unit-lzw"))
        {
            for (var attempt = 0; attempt < 200; attempt++)
            {
                if (TryRead(vector.Transport, Damaged(vector.Bytes, random)))
                {
                    read++;
                }
                else
                {
                    refused++;
                }
            }
        }

        Assert.True(read > 100, $"{read} of {read + refused} were read");
        Assert.True(refused > 1_000, $"{refused} of {read + refused} were refused");
    }

    [Fact]
    public void A_count_that_the_message_cannot_hold_allocates_nothing()
    {
        byte[] query = [(byte)SerfMessageType.Query, 0x81, 0xa7, .. "Filters"u8, 0xdd, 0x7f, 0xff, 0xff, 0xff];

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<MalformedMessageException>(() => SerfDecoder.Decode(query));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void A_message_that_decompresses_into_too_much_is_refused()
    {
        var bomb = LzwEncoder.Encode(new byte[WireLimits.UnpackedDatagramBytes + 1]);

        Assert.True(bomb.Length < 2_000);
        var messages = DatagramCodec.Open(MemberlistEncoder.EncodeCompressed(bomb), Keyring.Empty, out var malformed);
        Assert.Empty(messages);
        Assert.Equal(1, malformed);
    }

    [Fact]
    public void Many_small_bombs_in_one_datagram_share_one_limit()
    {
        var bomb = MemberlistEncoder.EncodeCompressed(LzwEncoder.Encode(new byte[WireLimits.UnpackedDatagramBytes / 2]));

        DatagramCodec.Open(CompoundMessage.Encode([bomb, bomb, bomb, bomb]), Keyring.Empty, out var malformed);

        Assert.Equal(2, malformed);
    }

    [Fact]
    public void Wrappers_inside_of_each_other_end_somewhere()
    {
        byte[] message = [(byte)MessageType.NackResponse, 0x80];
        for (var depth = 0; depth < 20; depth++)
        {
            message = CompoundMessage.Encode([message]);
        }

        Assert.Empty(DatagramCodec.Open(message, Keyring.Empty, out var malformed));
        Assert.Equal(1, malformed);
    }

    [Fact]
    public void A_compound_that_was_cut_off_gives_the_parts_that_are_whole()
    {
        byte[] nack = [(byte)MessageType.NackResponse, 0x80];

        Assert.Equal(2, DatagramCodec.Open(CompoundMessage.Encode([nack, nack, nack]).AsSpan(..^1), Keyring.Empty, out _).Count);
    }

    [Fact]
    public void A_wrong_checksum_is_refused()
    {
        var packet = (byte[])SerfVector.All["alive-crc"].Bytes.Clone();
        packet[^1] ^= 1;

        Assert.Throws<MalformedMessageException>(() => DatagramCodec.Open(packet, Keyring.Empty, out _));
    }

    [Fact]
    public void With_a_key_plain_text_and_other_keys_are_refused()
    {
        var keyring = Keyring.Of(Key);

        Assert.Throws<MalformedMessageException>(() => DatagramCodec.Open(SerfVector.All["ping"].Bytes, keyring, out _));
        Assert.Throws<MalformedMessageException>(() => DatagramCodec.Open(SerfVector.All["enc32-ping"].Bytes, keyring, out _));
    }

    [Fact]
    public void A_key_that_is_not_the_primary_decrypts_too()
    {
        var vector = SerfVector.All["enc32-ping"];

        Assert.Single(DatagramCodec.Open(vector.Bytes, Keyring.Of(Key, vector.Key!), out _));
    }

    [Fact]
    public void A_stream_is_told_that_only_one_side_encrypts()
    {
        var plainReader = new StreamMessageReader(Keyring.Empty);
        var encryptedReader = new StreamMessageReader(Keyring.Of(Key));

        Assert.Throws<MalformedMessageException>(() => plainReader.Append(SerfVector.All["enc16-tcp-err"].Bytes));
        Assert.Throws<MalformedMessageException>(() => encryptedReader.Append(SerfVector.All["tcp-pushpull-join-request"].Bytes));

        Assert.Equal("Remote state is encrypted and encryption is not configured", plainReader.Refusal);
        Assert.Equal("Encryption is configured but remote state is not encrypted", encryptedReader.Refusal);
    }

    [Theory]
    [InlineData("0a7fffffff")] // an encrypted message of two gigabytes
    [InlineData("0683a44a6f696ec3a54e6f646573ce7fffffffac557365725374617465 4c656e00")] // two billion nodes
    [InlineData("0683a44a6f696ec3a54e6f64657300ac557365725374617465 4c656ece7fffffff")] // two gigabytes of user state
    [InlineData("0881aa557365724d73674c656ece7fffffff")] // a user message of two gigabytes
    [InlineData("0683a44a6f696ec3a54e6f646573ffac557365725374617465 4c656e00")] // minus one node
    [InlineData("03")] // a suspect message, which belongs into a datagram
    public void A_stream_is_refused_as_soon_as_it_is_clear_that_it_is_too_long(string hex)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var key = hex.StartsWith("0a", StringComparison.Ordinal) ? Keyring.Of(Key) : Keyring.Empty;

        Assert.Throws<MalformedMessageException>(() => new StreamMessageReader(key).Append(bytes));
    }

    [Fact]
    public void A_header_that_never_ends_is_refused()
    {
        var reader = new StreamMessageReader(Keyring.Empty);
        Assert.Null(reader.Append([(byte)MessageType.PushPull, 0xdf, 0, 0, 0xff, 0xff]));

        Assert.Throws<MalformedMessageException>(() => reader.Append(new byte[WireLimits.StreamObjectBytes]));
    }

    [Fact]
    public void An_entry_of_a_push_pull_that_cannot_be_read_is_left_out()
    {
        var good = new PushPullNode("good", [127, 0, 0, 1], 1, null, 1, NodeState.Alive, VersionVector.Ours.ToBytes());
        var bytes = MemberlistEncoder.Encode(new PushPull(Join: true, [good with { Name = "bad" }, good], []));
        var name = bytes.AsSpan().IndexOf("bad"u8);
        bytes[name] = 0xff; // no UTF-8

        var pushPull = Assert.IsType<PushPull>(new StreamMessageReader(Keyring.Empty).Append(bytes));

        Assert.Equal(["good"], pushPull.Nodes.Select(node => node.Name));
    }

    private static bool TryRead(string transport, byte[] bytes)
    {
        try
        {
            if (transport == "tcp")
            {
                return new StreamMessageReader(Keyring.Empty).Append(bytes) switch
                {
                    PushPull { UserState.Length: > 0 } pushPull => SerfDecoder.Decode(pushPull.UserState) is not null,
                    UserMessage user => SerfDecoder.Decode(user.Content) is not null,
                    var message => message is not null,
                };
            }

            foreach (var message in DatagramCodec.Open(bytes, Keyring.Empty, out _))
            {
                switch (MemberlistDecoder.Decode(message))
                {
                    case UserMessage user:
                        SerfDecoder.Decode(user.Content);
                        break;
                    case Alive alive:
                        TagsCodec.Decode(alive.Meta);
                        break;
                }
            }

            return true;
        }
        catch (MalformedMessageException)
        {
            return false;
        }
    }

    private static byte[] Damaged(byte[] bytes, Random random)
    {
        var damaged = (byte[])bytes.Clone();
        // Behind a checksum no damage would be seen: it is taken off.
        damaged = damaged[0] == (byte)MessageType.HasCrc ? damaged[5..] : damaged;
        for (var hits = random.Next(1, 4); hits > 0; hits--)
        {
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
        }

        return random.Next(4) == 0 ? damaged[..random.Next(1, damaged.Length + 1)] : damaged;
    }
}
