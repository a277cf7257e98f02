using System.CommandLine;
using Keva.Cli.Hosting;

namespace Keva.Cli.Commands;

/// <summary><c>keva start</c>: one node in this process, until it is told to stop.</summary>
internal static class StartCommand
{
    public static Command Create()
    {
        var options = new StartOptionSet();
        var command = new Command("start", "Starts a node. With nothing else: a cluster of one on 127.0.0.1, ports 3700 and 3800.");
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
