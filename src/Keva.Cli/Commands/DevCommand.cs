using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Keva.Cli.Hosting;

namespace Keva.Cli.Commands;

/// <summary><c>keva dev</c>: a cluster on this machine, a process for each node, until Ctrl-C.</summary>
internal static class DevCommand
{
    private const int MaxNodes = 9;

    private const string Description = """
        Starts a cluster on this machine, one process per node, until Ctrl-C. Prints where it is and what to try. The data
        stays, for the next start.

        Example:
          keva dev
          keva dev --nodes 1 --directory ./one --base-port 4700
        """;

    public static Command Create()
    {
        var nodes = new Option<int>("--nodes") { HelpName = "number", Description = "how many nodes", DefaultValueFactory = _ => 3, CustomParser = ParseNumber };
        var directory = new Option<string>("--directory") { HelpName = "directory", Description = "where the nodes keep their data", DefaultValueFactory = _ => "./keva-dev" };
        var basePort = new Option<int>("--base-port")
        {
            HelpName = "port",
            Description = "the first node's port for other nodes; its port for users is 100 higher",
            DefaultValueFactory = _ => 3700,
            CustomParser = ParseNumber,
        };
        var command = new Command("dev", Description) { nodes, directory, basePort };
        command.SetAction(async (parsed, cancellation) =>
        {
            var count = parsed.GetValue(nodes);
            var port = parsed.GetValue(basePort);
            if (count is < 1 or > MaxNodes)
            {
                Terminal.Error($"--nodes must be from 1 to {MaxNodes}, not {count}");
                return ExitCode.Usage;
            }

            if (port is < 1 or > 65535 - 100 - MaxNodes)
            {
                Terminal.Error($"--base-port must be from 1 to {65535 - 100 - MaxNodes}, not {port}");
                return ExitCode.Usage;
            }

            return await DevCluster.RunAsync(Path.GetFullPath(parsed.GetValue(directory)!), count, port, cancellation);
        });
        return command;
    }

    private static int ParseNumber(ArgumentResult result)
    {
        if (!int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            result.AddError($"{((OptionResult)result.Parent!).Option.Name} is a number, not '{result.Tokens[0].Value}'");
        }

        return number;
    }
}
