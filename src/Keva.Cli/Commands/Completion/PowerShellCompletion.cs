using System.Text;

namespace Keva.Cli.Commands.Completion;

/// <summary>The same for PowerShell.</summary>
internal static class PowerShellCompletion
{
    public static string Of(CompletionNode root)
    {
        var script = new StringBuilder();
        script.Append("""
            # Completion of keva for PowerShell. Put into $PROFILE:  keva completion powershell | Out-String | Invoke-Expression
            Register-ArgumentCompleter -Native -CommandName keva -ScriptBlock {
                param($wordToComplete, $commandAst, $cursorPosition)
                $commands = @{

            """);
        foreach (var node in root.All)
        {
            var offers = node.Commands.Select(command => Offer(command.Name, command.Summary))
                .Concat(node.Values.Select(value => Offer(value, value)))
                .Concat(node.Options.Select(option => Offer(option.Name, option.Summary)));
            script.Append("        ").Append(Quote(node.Path)).Append(" = @(").AppendJoin(", ", offers).Append(")\n");
        }

        script.Append("    }\n    $values = @{\n");
        foreach (var (path, option) in root.All.SelectMany(node => node.Options.Where(option => option.Values.Count > 0).Select(option => (node.Path, option))))
        {
            script.Append("        ").Append(Quote($"{path} {option.Name}")).Append(" = @(").AppendJoin(", ", option.Values.Select(value => Offer(value, value))).Append(")\n");
        }

        script.Append("""
                }
                $at = 'keva'
                $previous = ''
                foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {
                    if ($element.Extent.EndOffset -ge $cursorPosition -and $wordToComplete) { break }
                    $previous = $element.ToString()
                    if ($commands.ContainsKey("$at $previous")) { $at = "$at $previous" }
                }
                $offers = if ($values.ContainsKey("$at $previous")) { $values["$at $previous"] } else { $commands[$at] }
                $offers | Where-Object { $_[0] -like "$wordToComplete*" } | ForEach-Object {
                    [System.Management.Automation.CompletionResult]::new($_[0], $_[0], 'ParameterValue', $_[1])
                }
            }
            """);
        return script.ToString();
    }

    private static string Offer(string word, string meaning) => $"@({Quote(word)}, {Quote(meaning.Length > 0 ? meaning : word)})";

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
