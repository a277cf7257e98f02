using Keva.Cli.Commands;
using Keva.Cli.Commands.Completion;
using Keva.Cli.Commands.Shell;

namespace Keva.Cluster.Tests.CommandLine;

public sealed class ShellCompleterTests
{
    private static readonly CompletionNode Root = CompletionNode.Of(KevaCommands.CreateForShell());

    [Theory]
    [InlineData("cl", 0, "cluster")]
    [InlineData("keva cl", 5, "cluster")]
    [InlineData("cluster s", 8, "show status")]
    [InlineData("cluster show --fo", 13, "--format")]
    [InlineData("cluster show --format ", 22, "json table text")]
    [InlineData("cluster show --format j", 22, "json")]
    [InlineData("kv g", 3, "get")]
    [InlineData("kv get --st", 7, "--stale")]
    [InlineData("kv get --add", 7, "--address")]
    [InlineData("he", 0, "help")]
    [InlineData("ex", 0, "exit")]
    [InlineData("nonsense", 0, "")]
    [InlineData("start", 0, "")]
    public void The_word_at_the_cursor_is_completed(string typed, int from, string words)
    {
        var found = ShellCompleter.Complete(Root, typed, ["help", "exit"]);

        Assert.Equal((from, words), (found.From, string.Join(' ', found.Words.Order(StringComparer.Ordinal))));
    }

    [Fact]
    public void What_all_begin_with_is_known()
    {
        Assert.Equal("s", ShellCompleter.Complete(Root, "cluster s", []).Common);
        Assert.Equal("down", ShellCompleter.Complete(Root, "cluster d", []).Common);
        Assert.Equal("", ShellCompleter.Complete(Root, "nonsense", []).Common);
    }
}
