using System.CommandLine;

namespace Keva.Cli;

/// <summary>Parses a command line and does what it says.</summary>
internal static class CommandRunner
{
    public static Task<int> RunAsync(RootCommand root, IReadOnlyList<string> arguments, CancellationToken cancellation = default)
    {
        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            Terminal.Error(UsageError.Describe(parsed));
            return Task.FromResult(ExitCode.Usage);
        }

        // Signals are each command's own business: a node has more to do on the first one than to end.
        return parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false }, cancellation);
    }
}
