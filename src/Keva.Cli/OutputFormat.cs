using System.CommandLine;

namespace Keva.Cli;

/// <summary>The <c>--format</c> option. This version has plain text, on a terminal as in a pipe, and JSON.</summary>
internal static class OutputFormat
{
    public static Option<string> Option()
    {
        var option = new Option<string>("--format")
        {
            Description = "text or json",
            DefaultValueFactory = _ => "text",
        };
        option.CompletionSources.Add("text", "json");
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && token.Value is not ("text" or "json"))
            {
                result.AddError($"--format is text or json, not '{token.Value}'");
            }
        });
        return option;
    }

    public static bool IsJson(string? format) => string.Equals(format, "json", StringComparison.Ordinal);
}
