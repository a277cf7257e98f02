using System.Text;
using Keva.Node;
using Keva.Node.Configuration;
using Keva.Node.Gateway.Http;

namespace Keva.Tests;

public sealed class WholeCharactersTests
{
    [Theory]
    [InlineData("", 3, "")]
    [InlineData("abc", 3, "abc")]
    [InlineData("abcd", 3, "abc")]
    [InlineData("ab🗝", 3, "ab")]
    [InlineData("ab🗝", 4, "ab🗝")]
    [InlineData("a🗝b", 3, "a🗝")]
    public void A_text_is_shortened_without_halving_a_character(string text, int most, string expected) =>
        Assert.Equal(expected, WholeCharacters.First(text, most).ToString());

    [Fact]
    public void A_refused_command_is_quoted_in_whole_characters()
    {
        var verb = "a" + string.Concat(Enumerable.Repeat("🗝", 100)); // the cut falls into a key
        var json = Encoding.UTF8.GetBytes($$"""{"cmd":"{{verb}}","key":"k"}""");

        Assert.False(KevaCommandParser.TryParse(json, 100, 100, out _, out var failure));

        Assert.Contains("'" + verb[..63] + "…'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_message_is_cut_between_two_characters() =>
        Assert.Equal(500, OneLine.Of("a" + string.Concat(Enumerable.Repeat("🗝", 600))).Length); // 499 and the sign that there was more
}
