using System.CommandLine;
using System.CommandLine.Parsing;

namespace Keva.Cli;

/// <summary>What is wrong with a command line, and which help shows how it should be.</summary>
internal static class UsageError
{
    public static string Describe(ParseResult parsed) =>
        $"{Problem(parsed)} ('{PathOf(parsed.CommandResult)} --help' shows what there is)";

    private static string Problem(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var missing = command.Arguments.FirstOrDefault(argument => argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is null or { Tokens.Count: 0 });
        if (parsed.UnmatchedTokens is [{ } unknown, ..])
        {
            return $"there is no command or option '{unknown}'";
        }

        if (missing is not null)
        {
            return $"'{PathOf(parsed.CommandResult)}' needs a {missing.Name}";
        }

        return command.Subcommands.Count > 0 && command.Action is null
            ? $"'{PathOf(parsed.CommandResult)}' needs a command: {string.Join(", ", command.Subcommands.Select(sub => sub.Name))}"
            : parsed.Errors[0].Message.TrimEnd('.');
    }

    private static string PathOf(SymbolResult result)
    {
        var names = new List<string>();
        for (var current = result; current is not null; current = current.Parent)
        {
            if (current is CommandResult command)
            {
                names.Add(command.Command is RootCommand ? "keva" : command.Command.Name);
            }
        }

        names.Reverse();
        return string.Join(' ', names);
    }
}
