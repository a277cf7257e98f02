using System.Text;
using Keva.Store.Commands;

namespace Keva.Tests.Store;

public sealed class CommandCodecTests
{
    private static readonly ProposalOrigin Origin = new(0x1122334455667788, 9);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    [Theory]
    [InlineData("k", "")]
    [InlineData("ключ", "значение")]
    [InlineData("config/🔑", "x")]
    public void A_set_reads_back_as_it_was_written(string key, string value)
    {
        var payload = CommandCodec.Encode(Origin, new SetCommand(Bytes(key), Bytes(value)));

        Assert.True(CommandCodec.TryReadEnvelope(payload, out var envelope));
        Assert.True(CommandCodec.TryReadSet(envelope.Body, out var command));
        Assert.Equal((Origin, CommandKind.Set), (envelope.Origin, envelope.Kind));
        Assert.Equal(Bytes(key), command.Key.ToArray());
        Assert.Equal(Bytes(value), command.Value.ToArray());
        Assert.Equal(CommandCodec.MaxOverhead + command.Key.Length + command.Value.Length, payload.Length);
    }

    [Fact]
    public void A_delete_reads_back_as_it_was_written()
    {
        var payload = CommandCodec.Encode(Origin, new DeleteCommand(Bytes("gone")));

        Assert.True(CommandCodec.TryReadEnvelope(payload, out var envelope));
        Assert.True(CommandCodec.TryReadDelete(envelope.Body, out var command));
        Assert.Equal((Origin, CommandKind.Delete), (envelope.Origin, envelope.Kind));
        Assert.Equal(Bytes("gone"), command.Key.ToArray());
    }

    [Fact]
    public void The_bytes_are_those_that_old_journals_hold()
    {
        Assert.Equal(
            "8877665544332211" + "0900000000000000" + "01" + "01" + "02000000" + "6b31" + "7631",
            Convert.ToHexStringLower(CommandCodec.Encode(Origin, new SetCommand(Bytes("k1"), Bytes("v1")))));
        Assert.Equal(
            "8877665544332211" + "0900000000000000" + "01" + "02" + "6b31",
            Convert.ToHexStringLower(CommandCodec.Encode(Origin, new DeleteCommand(Bytes("k1")))));
    }

    [Fact]
    public void A_command_without_a_key_is_neither_written_nor_read()
    {
        Assert.Throws<ArgumentException>(() => CommandCodec.Encode(Origin, new SetCommand(default, Bytes("v"))));
        Assert.Throws<ArgumentException>(() => CommandCodec.Encode(Origin, new DeleteCommand(default)));
        Assert.False(CommandCodec.IsWellFormed(Convert.FromHexString("88776655443322110900000000000000" + "0101" + "00000000" + "7631")));
        Assert.False(CommandCodec.IsWellFormed(Convert.FromHexString("88776655443322110900000000000000" + "0102")));
    }

    [Fact]
    public void An_unknown_version_or_kind_is_refused()
    {
        var payload = CommandCodec.Encode(Origin, new SetCommand(Bytes("k"), Bytes("v")));
        foreach (var position in new[] { 16, 17 })
        {
            for (var other = 0; other < 256; other++)
            {
                var changed = payload.ToArray();
                changed[position] = (byte)other;
                var known = position == 16 ? other == 1 : other is 1 or 2;
                Assert.Equal(known, CommandCodec.IsWellFormed(changed));
            }
        }
    }

    [Fact]
    public void A_set_cut_off_before_its_key_ends_is_refused()
    {
        var payload = CommandCodec.Encode(Origin, new SetCommand(Bytes("key"), Bytes("value")));
        for (var length = 0; length < payload.Length - "value".Length; length++)
        {
            Assert.False(CommandCodec.IsWellFormed(payload.AsMemory(0, length)));
        }
    }

    [Theory]
    [InlineData(2u)]
    [InlineData(0x7fffffffu)]
    [InlineData(0x80000000u)]
    [InlineData(0xffffffffu)]
    public void A_key_length_beyond_the_payload_is_refused(uint length)
    {
        var payload = CommandCodec.Encode(Origin, new SetCommand(Bytes("k"), default));
        BitConverter.TryWriteBytes(payload.AsSpan(18), length);

        Assert.False(CommandCodec.IsWellFormed(payload));
    }

    [Fact]
    public void Random_bytes_never_make_it_throw()
    {
        var random = new Random(3);
        for (var i = 0; i < 20_000; i++)
        {
            var payload = new byte[random.Next(60)];
            random.NextBytes(payload);
            if (payload.Length > 17 && i % 2 == 0)
            {
                payload[16] = 1;
                payload[17] = (byte)random.Next(4);
            }

            if (CommandCodec.IsWellFormed(payload))
            {
                Assert.True(CommandCodec.TryReadEnvelope(payload, out var envelope));
                Assert.InRange((int)envelope.Kind, 1, 2);
            }
        }
    }
}
