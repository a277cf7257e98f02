using System.CommandLine;
using Keva.Cli;
using Keva.Cli.Commands;
using Keva.Cli.Commands.Gossip;

var start = new StartOptionSet();
var root = new RootCommand("Keva: a distributed key-value store. Without a command: starts a node, as 'keva start' does.");
start.AddTo(root);
root.SetAction((parsed, cancellation) => StartCommand.RunAsync(start, parsed, cancellation));
root.Subcommands.Add(StartCommand.Create());
root.Subcommands.Add(DevCommand.Create());
root.Subcommands.Add(KvCommand.Create());
root.Subcommands.Add(ConfigCommand.Create());
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

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    Terminal.Error(UsageError.Describe(parsed));
    return ExitCode.Usage;
}

// Signals are each command's own business: a node has more to do on the first one than to end.
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
