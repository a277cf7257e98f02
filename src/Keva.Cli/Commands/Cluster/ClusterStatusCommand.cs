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
        """;

    public static Command Create()
    {
        var node = new NodeOptions();
        var command = new Command("status", Description);
        node.AddTo(command);
        command.SetAction((parsed, cancellation) => node.RunAsync(parsed, async (connection, output) =>
        {
            var seen = await new ClusterClient(connection).GetAsync(cancellation);
            var report = new ClusterStatusReport(seen, await MemberSurvey.AskAllAsync(connection, seen, cancellation));
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
}
