using System.CommandLine;
using Keva.Node.Configuration;

namespace Keva.Cli.Commands;

/// <summary><c>keva config show|check</c>: what a node would be started with, and whether it would start.</summary>
internal static class ConfigCommand
{
    private const string ShowDescription = """
        Prints every setting with its value and where that comes from. Takes the options that a node is started with.

        Example:
          keva config show --config-file ./keva.toml --node-identity host1
          keva config show --set raft.election-timeout=800ms --format json
        """;

    private const string CheckDescription = """
        Says what is wrong with the settings, or that they are good. Takes the options that a node is started with; exits with 2
        if they are not good.

        Example:
          keva config check --config-file ./keva.toml --node-identity host1
        """;

    public static Command Create()
    {
        var command = new Command("config", "Shows or checks the settings that a node would start with.");
        command.Subcommands.Add(CreateShow());
        command.Subcommands.Add(CreateCheck());
        return command;
    }

    private static Command CreateShow()
    {
        var options = new StartOptionSet();
        var format = new OutputFormatOption();
        var show = new Command("show", ShowDescription);
        options.AddTo(show);
        format.AddTo(show);
        show.SetAction(parsed =>
        {
            var result = SettingsLoader.Load(options.Read(parsed));
            foreach (var problem in result.Problems)
            {
                Terminal.Error(problem.ToString());
            }

            var values = result.Effective.Values;
            var width = values.Select(value => value.Path.Length).DefaultIfEmpty(0).Max();
            format.Read(parsed).Show(
                values.Select(value => new EffectiveLine(value.Path, value.Value, value.Origin.ToString()!)),
                string.Join('\n', values.Select(value => $"{value.Path.PadRight(width)} = {value.Value}  ({value.Origin})")));
            return result.IsValid ? ExitCode.Ok : ExitCode.Usage;
        });
        return show;
    }

    private static Command CreateCheck()
    {
        var options = new StartOptionSet();
        var format = new OutputFormatOption();
        var check = new Command("check", CheckDescription);
        options.AddTo(check);
        format.AddTo(check);
        check.SetAction(parsed =>
        {
            var problems = SettingsLoader.Check(options.Read(parsed));
            foreach (var problem in problems)
            {
                Terminal.Error(problem.ToString());
            }

            var output = format.Read(parsed);
            if (problems.Length == 0 || output.IsJson)
            {
                output.Show(
                    new { valid = problems.Length == 0, problems = problems.Select(problem => problem.ToString()) }, "The configuration is good.");
            }

            return problems.Length == 0 ? ExitCode.Ok : ExitCode.Usage;
        });
        return check;
    }

    private sealed record EffectiveLine(string Path, string Value, string Origin);
}
