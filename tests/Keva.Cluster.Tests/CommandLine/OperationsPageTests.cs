using Keva.Cli.Commands;
using Keva.Cli.Commands.Shell;

namespace Keva.Cluster.Tests.CommandLine;

/// <summary>What docs/OPERATIONS.md tells an operator to type. What it does is tried by <see cref="OperationsTests"/>.</summary>
public sealed class OperationsPageTests
{
    private const int FewestCommands = 15;

    [Fact]
    public async Task Every_command_of_the_page_is_one_of_the_program_with_options_that_it_takes()
    {
        var lines = (await File.ReadAllLinesAsync(PagePath())).SelectMany(CommandsIn).ToArray();

        Assert.True(lines.Length >= FewestCommands, $"only {lines.Length} commands were found on the page");
        Assert.Empty(lines.SelectMany(ErrorsOf));
    }

    [Theory]
    [InlineData("keva clutser status")]
    [InlineData("keva cluster recover --yes")]
    [InlineData("keva cluster status --fromat json")]
    public void What_the_program_does_not_know_is_noticed(string line) => Assert.NotEmpty(ErrorsOf(line));

    private static IEnumerable<string> ErrorsOf(string line) =>
        KevaCommands.Create().Parse([.. ShellWords.Part(line).Words.Skip(1)]).Errors.Select(error => $"{line}: {error.Message}");

    /// <summary>The line, if it is one of a code block, or the code within it; without what a shell keeps to itself.</summary>
    private static IEnumerable<string> CommandsIn(string line)
    {
        var typed = line.Trim();
        typed = typed.StartsWith("$ ", StringComparison.Ordinal) ? typed[2..] : typed;
        var candidates = IsCommand(typed) ? [typed] : line.Split('`').Where((_, position) => position % 2 == 1).Where(IsCommand);
        return candidates.Select(command => command.Split(" | ")[0].Split(" #")[0].Trim());
    }

    private static bool IsCommand(string text) => text.StartsWith("keva ", StringComparison.Ordinal);

    private static string PagePath()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Keva.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("the tests must run from inside the repository");
        }

        return Path.Combine(directory.FullName, "docs", "OPERATIONS.md");
    }
}
