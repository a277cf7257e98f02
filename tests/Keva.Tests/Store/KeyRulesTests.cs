using System.Text;
using Keva.Store;

namespace Keva.Tests.Store;

public sealed class KeyRulesTests
{
    private static readonly StoreLimits Limits = StoreLimits.Default;

    [Theory]
    [InlineData("a")]
    [InlineData("config/host-1/ports")]
    [InlineData("鍵/ключ/🔑")]
    [InlineData("\0")]
    public void Any_text_that_is_not_empty_is_a_key(string key) =>
        Assert.Equal(KeyProblem.None, KeyRules.CheckKey(Encoding.UTF8.GetBytes(key), Limits));

    [Fact]
    public void An_empty_key_is_refused() => Assert.Equal(KeyProblem.Empty, KeyRules.CheckKey([], Limits));

    [Fact]
    public void A_key_may_be_as_long_as_the_limit_and_no_longer()
    {
        Assert.Equal(KeyProblem.None, KeyRules.CheckKey(Encoding.UTF8.GetBytes(new string('k', 4096)), Limits));
        Assert.Equal(KeyProblem.TooLong, KeyRules.CheckKey(Encoding.UTF8.GetBytes(new string('k', 4097)), Limits));
        Assert.Equal(KeyProblem.TooLong, KeyRules.CheckKey("abc"u8, Limits with { MaxKeyBytes = 2 }));
    }

    [Theory]
    [InlineData(new byte[] { 0xff })]
    [InlineData(new byte[] { 0xc0, 0x80 })] // an overlong zero
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 })] // half a surrogate pair
    [InlineData(new byte[] { 0x61, 0xe2, 0x82 })] // cut off
    [InlineData(new byte[] { 0xf4, 0x90, 0x80, 0x80 })] // beyond U+10FFFF
    public void Bytes_that_are_not_utf8_are_refused(byte[] key) =>
        Assert.Equal(KeyProblem.NotUtf8, KeyRules.CheckKey(key, Limits));

    [Fact]
    public void A_value_may_be_as_long_as_the_limit_and_no_longer()
    {
        Assert.False(KeyRules.IsValueTooLong(0, Limits));
        Assert.False(KeyRules.IsValueTooLong(1024 * 1024, Limits));
        Assert.True(KeyRules.IsValueTooLong((1024 * 1024) + 1, Limits));
    }
}
