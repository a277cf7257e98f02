using System.CommandLine;

namespace Keva.Cli.Commands.Shell;

/// <summary><c>keva shell</c>: a prompt for all commands that talk to a running node.</summary>
internal static class ShellCommand
{
    private const string Description = """
        Opens a prompt with completion and history. It has all commands that talk to a running node. Lines from a pipe are carried
        out one after the other, up to the first that fails; its exit code is that of the shell. The history is kept without the
        values of kv set and the keys of gossip, and without lines that begin with a space.

        Example:
          keva shell
          printf 'kv set a 1\nkv get a\n' | keva shell --address http://127.0.0.1:3801
        """;

    public static Command Create()
    {
        var address = NodeAddress.CreateOption();
        var command = new Command("shell", Description) { address };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!NodeAddress.TryFind(parsed.GetValue(address), out var node, out var problem))
            {
                Terminal.Error(problem);
                return ExitCode.Usage;
            }

            // The commands find it as they always do.
            Environment.SetEnvironmentVariable(NodeAddress.Variable, node.Url.ToString());
            var shell = new ShellSession(KevaCommands.CreateForShell());
            return Console.IsInputRedirected
                ? await shell.RunScriptAsync(Console.In, cancellation)
                : await shell.RunPromptAsync(node, cancellation);
        });
        return command;
    }
}
