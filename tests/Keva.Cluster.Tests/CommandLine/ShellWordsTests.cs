using Keva.Cli.Commands.Shell;

namespace Keva.Cluster.Tests.CommandLine;

public sealed class ShellWordsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("  ", "")]
    [InlineData("kv get a", "kv|get|a")]
    [InlineData("  kv\tget   a ", "kv|get|a")]
    [InlineData("kv set a 'b c'", "kv|set|a|b c")]
    [InlineData("kv set a \"b c\"", "kv|set|a|b c")]
    [InlineData("a'b'\"c\"d", "abcd")]
    [InlineData("a ''", "a|")]
    [InlineData("a\\ b", "a b")]
    [InlineData("'a\\b'", "a\\b")]
    [InlineData("\"a\\\"b\\\\c\\d\"", "a\"b\\c\\d")]
    [InlineData("\"it's\" '\"'", "it's|\"")]
    [InlineData("a\\", "a\\")]
    public void A_line_is_parted_as_a_POSIX_shell_parts_it(string line, string words)
    {
        var parsed = ShellWords.Part(line);

        Assert.Null(parsed.OpenQuote);
        Assert.Equal(words, string.Join('|', parsed.Words));
    }

    [Theory]
    [InlineData("kv set a 'b", '\'')]
    [InlineData("kv set a \"b'", '"')]
    public void A_quote_that_is_open_is_told(string line, char quote) => Assert.Equal(quote, ShellWords.Part(line).OpenQuote);

    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("two words")]
    [InlineData("it's")]
    [InlineData("\"")]
    [InlineData("back\\slash")]
    [InlineData("ключ")]
    [InlineData("#")]
    public void A_quoted_word_is_one_word_again(string word) => Assert.Equal([word], ShellWords.Part(ShellWords.Quote(word)).Words);
}
