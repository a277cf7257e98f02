using System.CommandLine;

namespace Keva.Cli.Commands;

/// <summary><c>keva cluster</c>: who the members of a cluster are, and changes of that.</summary>
internal static class ClusterCommand
{
    public static Command Create()
    {
        var command = new Command("cluster", "Looks after the members of a cluster.");
        foreach (var change in ClusterMemberCommands.Create())
        {
            command.Subcommands.Add(change);
        }

        command.Subcommands.Add(ClusterRecoverCommand.Create());
        return command;
    }
}
