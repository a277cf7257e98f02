using System.CommandLine;
using System.CommandLine.Help;
using Keva.Cli.Commands.Cluster;
using Keva.Cli.Commands.Completion;
using Keva.Cli.Commands.Gossip;
using Keva.Cli.Commands.Shell;

namespace Keva.Cli.Commands;

/// <summary>All commands of the program.</summary>
internal static class KevaCommands
{
    private const string Description = """
        Keva: a distributed key-value store. Without a command: starts a node, as 'keva start' does.

        Example:
          keva dev
          keva --config-file ./keva.toml --node-identity host1 --working-directory ./workdir1
        """;

    public static RootCommand Create()
    {
        var start = new StartOptionSet();
        var root = new RootCommand(Description);
        start.AddTo(root);
        root.SetAction((parsed, cancellation) => StartCommand.RunAsync(start, parsed, cancellation));
        root.Subcommands.Add(StartCommand.Create());
        root.Subcommands.Add(DevCommand.Create());
        AddForRunningNodes(root, CommandInput.Standard);
        root.Subcommands.Add(ShellCommand.Create());
        root.Subcommands.Add(CompletionCommand.Create(root));
        return WithOwnHelp(root);
    }

    /// <summary>Those that make sense at the prompt of <c>keva shell</c>.</summary>
    public static RootCommand CreateForShell()
    {
        var root = new RootCommand("Type a command, or 'exit'. Tab completes, arrows bring back earlier lines.");
        AddForRunningNodes(root, CommandInput.None);
        return WithOwnHelp(root);
    }

    private static void AddForRunningNodes(RootCommand root, CommandInput input)
    {
        root.Subcommands.Add(KvCommand.Create(input));
        root.Subcommands.Add(ClusterCommand.Create());
        root.Subcommands.Add(MembersCommand.Create());
        root.Subcommands.Add(EventCommand.Create());
        root.Subcommands.Add(QueryCommand.Create());
        root.Subcommands.Add(MonitorCommand.Create());
        root.Subcommands.Add(ReachabilityCommand.Create());
        root.Subcommands.Add(RttCommand.Create());
        root.Subcommands.Add(ForceLeaveCommand.Create());
        root.Subcommands.Add(InfoCommand.Create());
        root.Subcommands.Add(KeysCommand.Create());
        root.Subcommands.Add(KeygenCommand.Create());
        root.Subcommands.Add(ConfigCommand.Create());
    }

    private static RootCommand WithOwnHelp(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Description = "shows this";
        help.Action = new HelpTextAction();
        return root;
    }
}
