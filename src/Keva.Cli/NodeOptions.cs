using System.CommandLine;

namespace Keva.Cli;

/// <summary>Which node a command talks to and how it prints: the same for all commands that talk to a node.</summary>
internal sealed class NodeOptions
{
    private readonly Option<string?> address;
    private readonly OutputFormatOption format;

    /// <param name="recursive">Whether subcommands take the options, too.</param>
    public NodeOptions(bool recursive = false)
    {
        address = NodeAddress.CreateOption(recursive);
        format = new OutputFormatOption(recursive);
    }

    public void AddTo(Command command)
    {
        command.Options.Add(address);
        format.AddTo(command);
    }

    public CommandOutput OutputOf(ParseResult parsed) => format.Read(parsed);

    /// <summary>Does something with the node; what goes wrong is said, and gives the exit code.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="action">What to do.</param>
    /// <param name="timeout">How long the node may take; 30 s if not given.</param>
    public async Task<int> RunAsync(ParseResult parsed, Func<NodeConnection, CommandOutput, Task<int>> action, TimeSpan? timeout = null)
    {
        if (!NodeAddress.TryFind(parsed.GetValue(address), out var node, out var problem))
        {
            Terminal.Error(problem);
            return ExitCode.Usage;
        }

        using var connection = new NodeConnection(node, timeout);
        try
        {
            return await action(connection, format.Read(parsed));
        }
        catch (KevaRequestException exception)
        {
            Terminal.Error(exception.Message);
            return exception.ExitCode;
        }
    }
}
