using System.CommandLine;
using Keva.Cli.Hosting;

namespace Keva.Cli.Commands;

/// <summary><c>keva start</c>: one node in this process, until it is told to stop.</summary>
internal static class StartCommand
{
    private const string Description = """
        Starts a node, until Ctrl-C or SIGTERM. With nothing else: a cluster of one on 127.0.0.1, ports 3700 and 3800, with its
        data in ./keva-data.

        Example:
          keva start
          keva start --config-file ./keva.toml --node-identity host1 --working-directory ./workdir1
          keva start --node-identity host4 --working-directory ./workdir4 --keva-address 127.0.0.1:3703 --user-address 127.0.0.1:3803 --join 127.0.0.1:3700
        """;

    public static Command Create()
    {
        var options = new StartOptionSet();
        var command = new Command("start", Description);
        options.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(options, parsed, cancellation));
        return command;
    }

    public static async Task<int> RunAsync(StartOptionSet options, ParseResult parsed, CancellationToken cancellation)
    {
        if (options.Load(parsed) is not { } settings)
        {
            return ExitCode.Usage;
        }

        return await NodeProcess.RunAsync(settings, cancellation);
    }
}
