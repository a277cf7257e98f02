using System.CommandLine;

namespace Keva.Cli.Commands.Completion;

/// <summary><c>keva completion</c>: prints a script that makes a shell complete the program's commands.</summary>
internal static class CompletionCommand
{
    private const string Description = """
        Prints a script for completion in bash, zsh or PowerShell. The script says where to put it.

        Example:
          keva completion bash
          eval "$(keva completion bash)"
          keva completion zsh
          keva completion powershell
        """;

    private static readonly (string Shell, Func<CompletionNode, string> Script)[] Shells =
        [("bash", BashCompletion.Of), ("zsh", ZshCompletion.Of), ("powershell", PowerShellCompletion.Of)];

    public static Command Create(RootCommand root)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or powershell" };
        shell.CompletionSources.Add([.. Shells.Select(known => known.Shell)]);
        shell.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && Shells.All(known => known.Shell != token.Value))
            {
                result.AddError($"there is completion for bash, zsh and powershell, not for '{token.Value}'");
            }
        });
        var command = new Command("completion", Description) { shell };
        command.SetAction(parsed =>
        {
            var name = parsed.GetValue(shell);
            Terminal.Line(Shells.First(known => known.Shell == name).Script(CompletionNode.Of(root)));
            return ExitCode.Ok;
        });
        return command;
    }
}
