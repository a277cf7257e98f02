using System.CommandLine;

namespace Keva.Cli.Commands.Cluster;

/// <summary><c>keva cluster</c>: who the members of a cluster are, and changes of that.</summary>
internal static class ClusterCommand
{
    public static Command Create()
    {
        var command = new Command("cluster", "Shows the members of a cluster and how they do, and changes who they are.");
        command.Subcommands.Add(ClusterShowCommand.Create());
        command.Subcommands.Add(ClusterStatusCommand.Create());
        command.Subcommands.Add(ClusterTailCommand.Create());
        command.Subcommands.Add(ClusterJoinCommand.Create());
        foreach (var change in ClusterMemberCommands.Create())
        {
            command.Subcommands.Add(change);
        }

        command.Subcommands.Add(ClusterRecoverCommand.Create());
        return command;
    }
}
