using System.CommandLine;
using System.Text.Json;

namespace Keva.Cli.Commands.Gossip;

/// <summary><c>keva monitor</c>: what happens in the gossip, until stopped.</summary>
internal static class MonitorCommand
{
    private const string Description = """
        Shows members that come, go, fail or change, events and queries, as a node hears of them, until stopped. With
        --format json each is an object on a line of its own.

        Example:
          keva monitor
          keva monitor -format json | jq .event
        """;

    public static Command Create()
    {
        var node = new NodeOptions();
        var command = new Command("monitor", Description);
        node.AddTo(command);
        command.SetAction((parsed, cancellation) => node.RunAsync(
            parsed, connection => WatchAsync(new GossipClient(connection), node.IsJson(parsed), cancellation)));
        return command;
    }

    private static async Task<int> WatchAsync(GossipClient client, bool isJson, CancellationToken cancellation)
    {
        await foreach (var news in await client.MonitorAsync(cancellation))
        {
            Terminal.Line(isJson ? news.GetRawText() : MonitorText.Of(news));
        }

        Terminal.Error("the node ended the monitor; it has stopped or failed");
        return ExitCode.Failure;
    }
}
