using System.CommandLine;

namespace Keva.Cli;

/// <summary>How results are printed.</summary>
internal enum OutputFormat
{
    /// <summary>Columns for people, on a terminal.</summary>
    Table,

    /// <summary>Lines for people and for scripts, in a pipe.</summary>
    Text,

    /// <summary>For programs.</summary>
    Json,
}

/// <summary>The <c>--format</c> option, with one dash as well, as Serf's program has it.</summary>
internal sealed class OutputFormatOption
{
    private static readonly (string Name, OutputFormat Format)[] Formats =
        [("table", OutputFormat.Table), ("text", OutputFormat.Text), ("json", OutputFormat.Json)];

    private readonly Option<string?> option;

    /// <param name="recursive">Whether subcommands take it, too.</param>
    public OutputFormatOption(bool recursive = false)
    {
        option = new Option<string?>("--format", "-format")
        {
            Description = "table, text or json (default: table on a terminal, text in a pipe)",
            HelpName = "table|text|json",
            Recursive = recursive,
        };
        option.CompletionSources.Add([.. Formats.Select(format => format.Name)]);
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && Formats.All(format => format.Name != token.Value))
            {
                result.AddError($"--format is table, text or json, not '{token.Value}'");
            }
        });
    }

    public void AddTo(Command command) => command.Options.Add(option);

    public CommandOutput Read(ParseResult parsed) => new(
        parsed.GetValue(option) is { } name ? Formats.First(format => format.Name == name).Format
        : Console.IsOutputRedirected ? OutputFormat.Text
        : OutputFormat.Table);
}
