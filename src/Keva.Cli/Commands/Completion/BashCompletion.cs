using System.Text;

namespace Keva.Cli.Commands.Completion;

/// <summary>
/// A script that completes the program's commands and options in bash. All that there is to complete stands in it, so that a
/// press of the key starts no program.
/// </summary>
internal static class BashCompletion
{
    public static string Of(CompletionNode root)
    {
        var nodes = root.All.ToList();
        var script = new StringBuilder();
        script.Append("""
            # Completion of keva for bash. Put into ~/.bashrc:  eval "$(keva completion bash)"
            _keva() {
                local current="${COMP_WORDS[COMP_CWORD]}" previous="" at="keva" i words=""
                (( COMP_CWORD > 0 )) && previous="${COMP_WORDS[COMP_CWORD-1]}"
                for (( i = 1; i < COMP_CWORD; i++ )); do
                    case "$at ${COMP_WORDS[i]}" in

            """);
        script.Append("            ").AppendJoin('|', nodes.Skip(1).Select(node => $"\"{node.Path}\"")).Append(") at=\"$at ${COMP_WORDS[i]}\" ;;\n");
        script.Append("""
                    esac
                done
                COMPREPLY=()
                case "$at $previous" in

            """);
        foreach (var values in nodes
            .SelectMany(node => node.Options.Where(option => option.TakesValue).SelectMany(option => option.Names.Select(name => (Pattern: $"\"{node.Path} {name}\"", Reply: ReplyFor(option)))))
            .GroupBy(entry => entry.Reply, entry => entry.Pattern, StringComparer.Ordinal))
        {
            script.Append("        ").AppendJoin('|', values).Append(") ").Append(values.Key).Append("return ;;\n");
        }

        script.Append("    esac\n    case \"$at\" in\n");
        foreach (var node in nodes)
        {
            var words = node.Commands.Select(command => command.Name).Concat(node.Values).Concat(node.Options.Select(option => option.Name));
            script.Append($"        \"{node.Path}\") words=\"{string.Join(' ', words)}\" ;;\n");
        }

        script.Append("""
                esac
                COMPREPLY=($(compgen -W "$words" -- "$current"))
            }
            complete -F _keva keva
            """);
        return script.ToString();
    }

    private static string ReplyFor(CompletionOption option) => option switch
    {
        { Values.Count: > 0 } => $"COMPREPLY=($(compgen -W \"{string.Join(' ', option.Values)}\" -- \"$current\")); ",
        { IsPath: true } => "COMPREPLY=($(compgen -f -- \"$current\")); compopt -o filenames 2>/dev/null; ",
        _ => "",
    };
}
