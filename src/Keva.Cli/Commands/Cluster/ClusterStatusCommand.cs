using System.CommandLine;

namespace Keva.Cli.Commands.Cluster;

/// <summary><c>keva cluster status</c>: what is wrong, how much more the cluster survives, and what is safe to do.</summary>
internal static class ClusterStatusCommand
{
    private const string Description = """
        Tells what is wrong, and what is safe to do. Shows who leads, how far each member is, whether all have the same data, and
        how many more failures the cluster survives. Asks the node first, and then every member for its own view. Works without
        a leader, and says so. Exits with 1 only if members have different data.

        Example:
          keva cluster status
          keva cluster status --address http://127.0.0.1:3802 --format json
          keva cluster status --watch
        """;

    public static Command Create()
    {
        var node = new NodeOptions();
        var watch = new Option<bool>("--watch") { Description = "again every two seconds, until Ctrl-C" };
        var command = new Command("status", Description) { watch };
        node.AddTo(command);
        command.SetAction((parsed, cancellation) => node.RunAsync(parsed, async (connection, output) =>
        {
            if (parsed.GetValue(watch))
            {
                return await WatchAsync(connection.Node, output, cancellation);
            }

            var report = await ClusterStatusReport.TakeAsync(connection, cancellation);
            var text = new ClusterStatusText(report);
            output.Show(report.ToJson(), text.ToText, text.ToTable);
            if (!report.State.HasDiverged)
            {
                return ExitCode.Ok;
            }

            Terminal.Error($"members have different data: {report.State.Sentence}");
            return ExitCode.Failure;
        }));
        return command;
    }

    private static async Task<int> WatchAsync(NodeAddress node, CommandOutput output, CancellationToken cancellation)
    {
        using var signals = new StopSignals(cancellation);
        try
        {
            await new ClusterStatusWatch(node, output).RunAsync(signals.Token);
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            // That is how it ends.
        }

        return ExitCode.Ok;
    }
}
