using System.CommandLine;
using System.Text.Json;

namespace Keva.Cli.Commands.Gossip;

/// <summary><c>keva monitor</c>: what happens in the gossip, until stopped.</summary>
internal static class MonitorCommand
{
    private const string Description = """
        Shows what a node hears in the gossip. That is members that come, go, fail or change, events and queries. It runs until it
        is stopped. With --format json each is an object on a line of its own.

        Example:
          keva monitor
          keva monitor -format json
        """;

    public static Command Create()
    {
        var node = new NodeOptions();
        var command = new Command("monitor", Description);
        node.AddTo(command);
        command.SetAction((parsed, cancellation) => node.RunAsync(
            parsed, (connection, output) => WatchAsync(new GossipClient(connection), output, cancellation)));
        return command;
    }

    private static async Task<int> WatchAsync(GossipClient client, CommandOutput output, CancellationToken cancellation)
    {
        await foreach (var news in await client.MonitorAsync(cancellation))
        {
            Terminal.Line(output.IsJson ? news.GetRawText() : MonitorText.Of(news));
        }

        Terminal.Error("the node ended the monitor; it has stopped or failed");
        return ExitCode.Failure;
    }
}
