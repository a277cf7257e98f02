using System.CommandLine;

namespace Keva.Cli;

/// <summary>Which node a command talks to and how it prints: the same for all commands that talk to a node.</summary>
internal sealed class NodeOptions
{
    private readonly Option<string?> address;
    private readonly Option<string> format = OutputFormat.Option();

    /// <param name="recursive">Whether subcommands take the options, too.</param>
    public NodeOptions(bool recursive = false)
    {
        address = new Option<string?>("--address", "-address")
        {
            Description = "a node's URL (default: KEVA_ADDRESS, then http://127.0.0.1:3800)",
            Recursive = recursive,
        };
        format.Aliases.Add("-format");
        format.Recursive = recursive;
    }

    public void AddTo(Command command)
    {
        command.Options.Add(address);
        command.Options.Add(format);
    }

    public bool IsJson(ParseResult parsed) => OutputFormat.IsJson(parsed.GetValue(format));

    /// <summary>Does something with the node; what goes wrong is said, and gives the exit code.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="action">What to do.</param>
    /// <param name="timeout">How long the node may take; 30 s if not given.</param>
    public async Task<int> RunAsync(ParseResult parsed, Func<NodeConnection, Task<int>> action, TimeSpan? timeout = null)
    {
        var text = parsed.GetValue(address) ?? Environment.GetEnvironmentVariable("KEVA_ADDRESS") ?? "http://127.0.0.1:3800";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp)
        {
            Terminal.Error($"'{text}' is not the URL of a node; one looks like http://127.0.0.1:3800");
            return ExitCode.Usage;
        }

        using var connection = new NodeConnection(url, timeout);
        try
        {
            return await action(connection);
        }
        catch (KevaRequestException exception)
        {
            Terminal.Error(exception.Message);
            return exception.ExitCode;
        }
    }
}
