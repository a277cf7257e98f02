using System.CommandLine;

namespace Keva.Cli.Commands;

/// <summary>What every command takes that asks a running node: which node, and how to print.</summary>
internal sealed class NodeOptions
{
    private readonly Option<string?> address = new("--address")
    {
        Description = "a node's URL (default: KEVA_ADDRESS, then http://127.0.0.1:3800)",
        Recursive = true,
    };

    private readonly Option<string> format = OutputFormat.Option();

    public NodeOptions(Command command)
    {
        format.Recursive = true;
        command.Options.Add(address);
        command.Options.Add(format);
    }

    public bool IsJson(ParseResult parsed) => OutputFormat.IsJson(parsed.GetValue(format));

    public string? Format(ParseResult parsed) => parsed.GetValue(format);

    /// <summary>Runs an action with a client of the node, and turns what fails into a line and an exit code.</summary>
    public async Task<int> WithClientAsync(ParseResult parsed, Func<KevaHttpClient, Task<int>> action)
    {
        var text = parsed.GetValue(address) ?? Environment.GetEnvironmentVariable("KEVA_ADDRESS") ?? "http://127.0.0.1:3800";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp)
        {
            Terminal.Error($"'{text}' is not the URL of a node; one looks like http://127.0.0.1:3800");
            return ExitCode.Usage;
        }

        using var client = new KevaHttpClient(url);
        try
        {
            return await action(client);
        }
        catch (KevaRequestException exception)
        {
            Terminal.Error(exception.Message);
            return exception.ExitCode;
        }
    }
}
