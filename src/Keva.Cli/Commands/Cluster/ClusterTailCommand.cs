using System.CommandLine;
using Keva.Cli.Commands.Gossip;

namespace Keva.Cli.Commands.Cluster;

/// <summary><c>keva cluster tail</c>: what happens to the cluster, until stopped.</summary>
internal static class ClusterTailCommand
{
    private const string Description = """
        Shows changes of leader and members as they happen. It runs until Ctrl-C. When the node goes, another member is
        followed from where it ended. Nodes keep the last 200 events; --since shows those first. With --format json each event is
        an object on a line of its own.

        Example:
          keva cluster tail
          keva cluster tail --since 1h
          keva cluster tail --format json > events.ndjson
        """;

    public static Command Create()
    {
        var node = new NodeOptions();
        var since = new Option<string?>("--since")
        {
            Description = "first what happened in this time, such as 90s, 10m or 1h30m, or all that is kept",
            HelpName = "time|all",
        };
        since.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && token.Value != "all" && GoDuration.Parse(token.Value) is null)
            {
                result.AddError($"--since is a time such as 10m or 1h30m, or all, not '{token.Value}'");
            }
        });
        var command = new Command("tail", Description) { since };
        node.AddTo(command);
        command.SetAction((parsed, cancellation) => node.RunAsync(parsed, async (connection, output) =>
        {
            using var signals = new StopSignals(cancellation);
            var tail = new ClusterTail(connection, new ClusterTailPrinter(output), SinceOf(parsed.GetValue(since)));
            try
            {
                await tail.RunAsync(signals.Token);
            }
            catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
            {
                // That is how it ends.
            }

            return ExitCode.Ok;
        }));
        return command;
    }

    // The ids of events begin as the time, in milliseconds since 1970.
    private static long? SinceOf(string? text) => text switch
    {
        null => null,
        "all" => 0,
        _ => Math.Max(0, (DateTimeOffset.UtcNow - GoDuration.Parse(text)!.Value).ToUnixTimeMilliseconds()),
    };
}
