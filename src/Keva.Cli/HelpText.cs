using System.Collections;
using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using System.Text;

namespace Keva.Cli;

/// <summary>
/// The help of a command. A description begins with the sentence that stands for the command in lists; after a line
/// "Example:" come command lines that work as they stand.
/// </summary>
internal static class HelpText
{
    private const string ExampleHeading = "Example:";
    private const int Indent = 2;
    private const int LongestLabel = 34;

    /// <summary>The first sentence of a command's description, without its full stop.</summary>
    public static string SummaryOf(Symbol symbol)
    {
        var text = ProseOf(symbol);
        var end = text.IndexOf(". ", StringComparison.Ordinal);
        return (end < 0 ? text : text[..end]).TrimEnd('.');
    }

    /// <summary>The command lines of a command's description.</summary>
    public static IReadOnlyList<string> ExamplesOf(Command command)
    {
        var lines = (command.Description ?? "").ReplaceLineEndings("\n").Split('\n');
        return [.. lines.SkipWhile(line => line != ExampleHeading).Skip(1).Select(line => line.Trim()).Where(line => line.Length > 0)];
    }

    public static string Of(Command command, int width)
    {
        var text = new StringBuilder();
        foreach (var line in Wrap(ProseOf(command), width))
        {
            text.Append(line).Append('\n');
        }

        text.Append('\n').Append(UsageOf(command)).Append('\n');
        AppendRows(text, "Commands", [.. command.Subcommands.Where(sub => !sub.Hidden).Select(sub => (sub.Name, SummaryOf(sub)))], width);
        AppendRows(text, "Arguments", [.. command.Arguments.Select(argument => ($"<{argument.Name}>", argument.Description ?? ""))], width);
        AppendRows(text, "Options", [.. OptionsOf(command).Select(option => (LabelOf(option), TextOf(option)))], width);
        if (ExamplesOf(command) is { Count: > 0 } examples)
        {
            text.Append("\nExamples:\n");
            foreach (var example in examples)
            {
                text.Append(' ', Indent).Append(example).Append('\n');
            }
        }

        return text.ToString().TrimEnd('\n');
    }

    /// <summary>Its own and those that it has from its parents.</summary>
    public static IEnumerable<Option> OptionsOf(Command command) => command.Options
        .Concat(ParentsOf(command).SelectMany(parent => parent.Options).Where(option => option.Recursive))
        .Where(option => !option.Hidden);

    /// <summary>As it is typed, with the program's name first.</summary>
    public static string PathOf(Command command) => string.Join(
        ' ', ParentsOf(command).Reverse().Append(command).Select(part => part is RootCommand ? "keva" : part.Name));

    private static IEnumerable<Command> ParentsOf(Command command)
    {
        for (var parent = command.Parents.OfType<Command>().FirstOrDefault(); parent is not null; parent = parent.Parents.OfType<Command>().FirstOrDefault())
        {
            yield return parent;
        }
    }

    private static string ProseOf(Symbol symbol)
    {
        var text = (symbol.Description ?? "").ReplaceLineEndings("\n");
        var examples = text.IndexOf("\n" + ExampleHeading, StringComparison.Ordinal);
        return (examples < 0 ? text : text[..examples]).Replace('\n', ' ').Trim();
    }

    private static string UsageOf(Command command)
    {
        var parts = new List<string> { PathOf(command) };
        if (command.Subcommands.Count > 0)
        {
            parts.Add(command.Action is null ? "<command>" : "[<command>]");
        }

        parts.AddRange(command.Arguments.Select(argument => argument.Arity.MinimumNumberOfValues == 0 ? $"[<{argument.Name}>]" : $"<{argument.Name}>"));
        parts.Add("[options]");
        return "Usage: " + string.Join(' ', parts);
    }

    private static string LabelOf(Option option)
    {
        // -help, -address and so on are there for hands that know Serf's program; showing them would only make lists long.
        var names = option.Name.StartsWith("--", StringComparison.Ordinal)
            ? option.Aliases.Where(alias => alias.Length == 2 && alias[0] == '-' && char.IsAsciiLetter(alias[1])).Append(option.Name)
            : [option.Name];
        var label = string.Join(", ", names);
        return option is HelpOption || option.ValueType == typeof(bool) || option.Arity.MaximumNumberOfValues == 0
            ? label
            : $"{label} <{option.HelpName ?? option.Name.TrimStart('-')}>";
    }

    private static string TextOf(Option option)
    {
        var value = option is { HasDefaultValue: true } and not HelpOption and not VersionOption ? option.GetDefaultValue() : null;
        var text = value switch
        {
            null or false or "" => "",
            true => "true",
            IEnumerable and not string => "",
            _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
        };
        return option.Description + (text.Length > 0 ? $" (default: {text})" : "") + (option.Required ? " (required)" : "");
    }

    private static void AppendRows(StringBuilder text, string heading, IReadOnlyList<(string Label, string Text)> rows, int width)
    {
        if (rows.Count == 0)
        {
            return;
        }

        text.Append('\n').Append(heading).Append(":\n");
        var column = Indent + Math.Min(LongestLabel, rows.Max(row => row.Label.Length)) + Indent;
        foreach (var (label, description) in rows)
        {
            text.Append(' ', Indent).Append(label);
            var at = Indent + label.Length;
            foreach (var line in Wrap(description, width - column))
            {
                if (at >= column)
                {
                    text.Append('\n');
                    at = 0;
                }

                text.Append(' ', column - at).Append(line);
                at = int.MaxValue;
            }

            text.Append('\n');
        }
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        var line = new StringBuilder();
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > Math.Max(width, 20))
            {
                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        yield return line.ToString();
    }
}
