using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Keva.Cli.Commands.Cluster;

/// <summary><c>keva cluster show</c>: the members, as Petabridge.Cmd's <c>cluster show</c> lists them.</summary>
internal static class ClusterShowCommand
{
    private const string Description = """
        Lists the members as a node sees them. In a pipe a line is: address | [roles] | status | reachability | version. Works
        without a leader, and says so.

        Example:
          keva cluster show
          keva cluster show --address http://127.0.0.1:3801 --format json
        """;

    public static Command Create()
    {
        var node = new NodeOptions();
        var command = new Command("show", Description);
        node.AddTo(command);
        command.SetAction((parsed, cancellation) => node.RunAsync(parsed, async (connection, output) =>
        {
            var cluster = await new ClusterClient(connection).GetAsync(cancellation);
            output.Show(JsonOf(cluster), () => TextOf(cluster), () => TableOf(cluster));
            if (cluster.Leader is null)
            {
                Terminal.Error(WithoutLeader(cluster));
            }

            return ExitCode.Ok;
        }));
        return command;
    }

    /// <summary>Not of the list itself, so that scripts read that as always.</summary>
    public static string WithoutLeader(ClusterModel cluster) =>
        $"no leader is known; this is what {cluster.Node ?? "the node"} knows by itself";

    internal static string TextOf(ClusterModel cluster) =>
        string.Join('\n', cluster.Members.Select(LineOf).Append(CountOf(cluster)));

    private static string LineOf(ClusterMember member)
    {
        var line = $"{member.KevaAddress} | [{member.Role}] | {member.Status} | {member.Reachability}";
        return member.Version is { } version ? $"{line} | {version}" : line;
    }

    private static string CountOf(ClusterModel cluster) => string.Create(CultureInfo.InvariantCulture, $"Count: {cluster.Members.Count} nodes");

    private static object JsonOf(ClusterModel cluster) => new
    {
        cluster = cluster.Cluster,
        seen_by = cluster.Node,
        leader = cluster.Leader,
        count = cluster.Members.Count,
        members = cluster.Members.Select(member => new
        {
            name = member.Name,
            id = member.Id,
            keva_address = member.KevaAddress,
            http_address = member.HttpAddress,
            roles = new[] { member.Role },
            status = member.Status,
            reachability = member.Reachability,
            version = member.Version,
        }),
    };

    private static Rows TableOf(ClusterModel cluster)
    {
        var table = TerminalTable.Create("member", "role", "status", "nodes reach it at", "users reach it at", "version");
        foreach (var member in cluster.Members)
        {
            table.AddRow(
                new Text(member.Name),
                TerminalTable.Role(member.Role),
                TerminalTable.Status(member.Status),
                new Text(member.KevaAddress),
                new Text(member.HttpAddress),
                new Text(member.Version ?? ""));
        }

        return new Rows(table, new Text(CountOf(cluster)));
    }
}
