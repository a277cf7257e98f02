using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;

namespace Keva.Cli.Commands.Completion;

/// <summary>What can be typed behind a command: the same for the completion of every shell and of our own.</summary>
/// <param name="Path">The words that lead to it, the program's name first.</param>
/// <param name="Summary">What it does.</param>
/// <param name="Commands">Its subcommands.</param>
/// <param name="Options">Its options and those that it has from its parents.</param>
/// <param name="Values">What its arguments may be, as far as that is known.</param>
internal sealed record CompletionNode(
    string Path,
    string Summary,
    IReadOnlyList<CompletionNode> Commands,
    IReadOnlyList<CompletionOption> Options,
    IReadOnlyList<string> Values)
{
    public string Name => Path[(Path.LastIndexOf(' ') + 1)..];

    public IEnumerable<CompletionNode> All => Commands.SelectMany(command => command.All).Prepend(this);

    public static CompletionNode Of(Command command) => new(
        HelpText.PathOf(command),
        HelpText.SummaryOf(command),
        [.. command.Subcommands.Where(sub => !sub.Hidden).Select(Of)],
        [.. HelpText.OptionsOf(command).DistinctBy(option => option.Name, StringComparer.Ordinal).Select(CompletionOption.Of)],
        [.. command.Arguments.SelectMany(argument => argument.GetCompletions(CompletionContext.Empty)).Select(item => item.Label)]);
}

/// <summary>An option as completion sees it.</summary>
/// <param name="Name">As it is offered.</param>
/// <param name="Names">As it may be typed.</param>
/// <param name="Summary">What it does.</param>
/// <param name="TakesValue">Whether the next word is its value.</param>
/// <param name="IsPath">Whether that is a file or a directory.</param>
/// <param name="Values">What it may be, as far as that is known.</param>
internal sealed record CompletionOption(
    string Name, IReadOnlyList<string> Names, string Summary, bool TakesValue, bool IsPath, IReadOnlyList<string> Values)
{
    private static readonly string[] Paths = ["--config-file", "--working-directory", "--directory", "--hocon"];

    public static CompletionOption Of(Option option)
    {
        var takesValue = option is not (HelpOption or VersionOption) && option.ValueType != typeof(bool);
        return new CompletionOption(
            option.Name,
            [.. option.Aliases.Append(option.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            option.Description ?? "",
            takesValue,
            Paths.Contains(option.Name, StringComparer.Ordinal),
            takesValue ? [.. option.GetCompletions(CompletionContext.Empty).Select(item => item.Label)] : []);
    }
}
