using Keva.Raft;

namespace Keva.Tests.Raft;

public sealed class NodeIdTests
{
    [Theory]
    [InlineData("0000000000000001", 1UL)]
    [InlineData("00000000000000ff", 255UL)]
    [InlineData("DEADBEEFdeadbeef", 0xdeadbeefdeadbeefUL)]
    [InlineData("ffffffffffffffff", ulong.MaxValue)]
    public void Sixteen_hexadecimal_digits_are_an_id(string text, ulong value)
    {
        Assert.True(NodeId.TryParse(text, out var id));
        Assert.Equal(new NodeId(value), id);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("000000000000001")]
    [InlineData("00000000000000001")]
    [InlineData("000000000000000g")]
    [InlineData(" 00000000000000f")]
    [InlineData("-00000000000000f")]
    [InlineData("0x0000000000000f")]
    [InlineData("00000000000000f\0")]
    [InlineData("f\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    public void Anything_else_is_not_and_names_nobody(string? text)
    {
        Assert.False(NodeId.TryParse(text, out var id));
        Assert.True(id.IsNone);
    }

    [Fact]
    public void An_id_reads_back_as_it_was_written()
    {
        var random = new Random(1);
        for (var i = 0; i < 100; i++)
        {
            var id = new NodeId((ulong)random.NextInt64(long.MinValue, long.MaxValue));
            Assert.True(NodeId.TryParse(id.ToString(), out var read));
            Assert.Equal(id, read);
        }
    }
}
