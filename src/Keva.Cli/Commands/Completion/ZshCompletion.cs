using System.Text;

namespace Keva.Cli.Commands.Completion;

/// <summary>The same for zsh, with what each word means beside it.</summary>
internal static class ZshCompletion
{
    public static string Of(CompletionNode root)
    {
        var nodes = root.All.ToList();
        var script = new StringBuilder();
        script.Append("""
            #compdef keva
            # Completion of keva for zsh. Put into ~/.zshrc, after compinit:  eval "$(keva completion zsh)"
            _keva() {
                local at="keva" previous="${words[CURRENT-1]}" word
                local -a offers
                for word in "${(@)words[2,CURRENT-1]}"; do
                    case "$at $word" in

            """);
        script.Append("            ").AppendJoin('|', nodes.Skip(1).Select(node => Quote(node.Path))).Append(") at=\"$at $word\" ;;\n");
        script.Append("""
                    esac
                done
                case "$at $previous" in

            """);
        foreach (var values in nodes
            .SelectMany(node => node.Options.Where(option => option.TakesValue).SelectMany(option => option.Names.Select(name => (Pattern: Quote($"{node.Path} {name}"), Reply: ReplyFor(option)))))
            .GroupBy(entry => entry.Reply, entry => entry.Pattern, StringComparer.Ordinal))
        {
            script.Append("        ").AppendJoin('|', values).Append(") ").Append(values.Key).Append("; return ;;\n");
        }

        script.Append("    esac\n    case \"$at\" in\n");
        foreach (var node in nodes)
        {
            var offers = node.Commands.Select(command => Offer(command.Name, command.Summary))
                .Concat(node.Values.Select(value => Offer(value, "")))
                .Concat(node.Options.Select(option => Offer(option.Name, option.Summary)));
            script.Append("        ").Append(Quote(node.Path)).Append(") offers=(").AppendJoin(' ', offers).Append(") ;;\n");
        }

        script.Append("""
                esac
                _describe 'keva' offers
            }
            compdef _keva keva
            """);
        return script.ToString();
    }

    private static string ReplyFor(CompletionOption option) => option switch
    {
        { Values.Count: > 0 } => $"compadd -- {string.Join(' ', option.Values)}",
        { IsPath: true } => "_files",
        _ => "_message 'value'",
    };

    private static string Offer(string word, string meaning) =>
        Quote(word.Replace(":", "\\:", StringComparison.Ordinal) + (meaning.Length > 0 ? ":" + meaning : ""));

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
