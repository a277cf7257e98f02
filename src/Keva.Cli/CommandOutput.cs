using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Keva.Cli;

/// <summary>Prints the result of a command in the format that was asked for.</summary>
internal sealed class CommandOutput(OutputFormat format)
{
    public bool IsJson => format == OutputFormat.Json;

    public bool IsTable => format == OutputFormat.Table;

    /// <summary>For a result that looks the same on a terminal and in a pipe.</summary>
    public void Show(object json, string text) => Terminal.Line(IsJson ? JsonSerializer.Serialize(json, CliJson.Options) : text);

    public void Show(object json, Func<string> text, Func<IRenderable> table)
    {
        if (IsTable)
        {
            AnsiConsole.Write(table());
        }
        else
        {
            Show(json, IsJson ? "" : text());
        }
    }

    /// <summary>One object of a stream, on a line of its own.</summary>
    public static string LineOf(object json) => JsonSerializer.Serialize(json, CliJson.LineOptions);

    /// <summary>For a command that changes something: what it did, to whom.</summary>
    public void Done(string what, string sentence, params IEnumerable<string> members) => Show(new { result = what, members }, sentence);
}
