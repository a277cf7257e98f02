using System.CommandLine;
using System.Text.Json;
using Keva.Node.Configuration;

namespace Keva.Cli.Commands;

/// <summary><c>keva config show|check</c>: what a node would be started with, and whether it would start.</summary>
internal static class ConfigCommand
{
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
        var format = OutputFormat.Option();
        var show = new Command("show", "Prints every setting with its value and where that comes from.");
        options.AddTo(show);
        show.Options.Add(format);
        show.SetAction(parsed =>
        {
            var result = SettingsLoader.Load(options.Read(parsed));
            foreach (var problem in result.Problems)
            {
                Terminal.Error(problem.ToString());
            }

            if (OutputFormat.IsJson(parsed.GetValue(format)))
            {
                Terminal.Line(JsonSerializer.Serialize(
                    result.Effective.Values.Select(value => new EffectiveLine(value.Path, value.Value, value.Origin.ToString()!)),
                    CliJson.Options));
            }
            else
            {
                var width = result.Effective.Values.Select(value => value.Path.Length).DefaultIfEmpty(0).Max();
                foreach (var value in result.Effective.Values)
                {
                    Terminal.Line($"{value.Path.PadRight(width)} = {value.Value}  ({value.Origin})");
                }
            }

            return result.IsValid ? ExitCode.Ok : ExitCode.Usage;
        });
        return show;
    }

    private static Command CreateCheck()
    {
        var options = new StartOptionSet();
        var check = new Command("check", "Says what is wrong with the settings, or that they are good.");
        options.AddTo(check);
        check.SetAction(parsed =>
        {
            var problems = SettingsLoader.Check(options.Read(parsed));
            foreach (var problem in problems)
            {
                Terminal.Error(problem.ToString());
            }

            if (problems.Length > 0)
            {
                return ExitCode.Usage;
            }

            Terminal.Line("The configuration is good.");
            return ExitCode.Ok;
        });
        return check;
    }

    private sealed record EffectiveLine(string Path, string Value, string Origin);
}
