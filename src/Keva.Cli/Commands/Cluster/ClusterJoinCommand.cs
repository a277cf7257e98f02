using System.CommandLine;
using System.Globalization;

namespace Keva.Cli.Commands.Cluster;

/// <summary><c>keva cluster join</c>: makes one gossip with another node.</summary>
internal static class ClusterJoinCommand
{
    private const string Description = """
        Has the node meet the gossip of another. A node that was started with --join and
        whose seeds were wrong finds its cluster like this; two clusters never merge.

        Example:
          keva cluster join 127.0.0.1:3701
        """;

    // Resolving names and trying silent addresses takes the node a minute at most.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(75);

    public static Command Create()
    {
        var node = new NodeOptions();
        var address = new Argument<string>("address") { Description = "where other nodes reach the node to join, host:port" };
        var command = new Command("join", Description) { address };
        node.AddTo(command);
        command.SetAction((parsed, cancellation) => node.RunAsync(
            parsed,
            async (connection, output) =>
            {
                var where = parsed.GetValue(address)!;
                var joined = await connection.PostAsync<JoinModel>("/v1/cluster/join", new { address = where }, cancellation);
                output.Show(
                    new { address = where, contacted = joined.Contacted },
                    string.Create(CultureInfo.InvariantCulture, $"Successfully joined cluster by contacting {joined.Contacted} nodes."));
                return ExitCode.Ok;
            },
            Timeout));
        return command;
    }
}
