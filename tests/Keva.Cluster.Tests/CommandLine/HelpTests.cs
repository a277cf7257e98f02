using System.CommandLine;
using Keva.Cli;
using Keva.Cli.Commands;

namespace Keva.Cluster.Tests.CommandLine;

public sealed class HelpTests
{
    public static TheoryData<string> Commands => [.. All().Select(HelpText.PathOf)];

    /// <summary>Every command of the program.</summary>
    internal static IEnumerable<Command> All() => Below(KevaCommands.Create());

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_says_what_it_does_what_it_takes_and_how_it_is_used(string path)
    {
        var command = All().Single(command => HelpText.PathOf(command) == path);

        Assert.InRange(HelpText.SummaryOf(command).Length, 10, 90);
        Assert.All(command.Arguments, argument => Assert.False(string.IsNullOrWhiteSpace(argument.Description), argument.Name));
        Assert.All(command.Options, option => Assert.False(string.IsNullOrWhiteSpace(option.Description), option.Name));
        if (command.Action is not null)
        {
            Assert.NotEmpty(HelpText.ExamplesOf(command));
            Assert.Contains(HelpText.ExamplesOf(command), example => example.Contains(path, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void Help_keeps_to_the_width_of_the_terminal(int width)
    {
        foreach (var command in All())
        {
            var help = HelpText.Of(command, width);
            var text = help[..(help.IndexOf("\nExamples:", StringComparison.Ordinal) is var end and > 0 ? end : help.Length)];
            Assert.All(text.Split('\n'), line => Assert.True(line.Length <= width, $"{line.Length} characters: {line}"));
        }
    }

    [Fact]
    public void The_whole_of_a_help_is_as_it_should_be() => Assert.Equal(
        """
        Hands leadership to a member, or without one to whoever is furthest.

        Usage: keva cluster transfer [<member>] [options]

        Arguments:
          <member>  the member's name

        Options:
          --address <url>             a node's URL (default: KEVA_ADDRESS, then
                                      http://127.0.0.1:3800)
          --format <table|text|json>  table, text or json (default: table on a terminal,
                                      text in a pipe)
          -h, --help                  shows this

        Examples:
          keva cluster transfer
          keva cluster transfer host2
        """.ReplaceLineEndings("\n"),
        HelpText.Of(All().Single(command => HelpText.PathOf(command) == "keva cluster transfer"), width: 80));

    private static IEnumerable<Command> Below(Command command) => command.Subcommands.SelectMany(Below).Prepend(command);
}
