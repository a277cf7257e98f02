using System.CommandLine;
using System.CommandLine.Invocation;

namespace Keva.Cli;

/// <summary>What <c>--help</c> does.</summary>
internal sealed class HelpTextAction : SynchronousCommandLineAction
{
    private const int WidestColumns = 120;
    private const int PipeColumns = 100;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var width = Console.IsOutputRedirected ? PipeColumns : Math.Min(Console.WindowWidth, WidestColumns);
        Terminal.Line(HelpText.Of(parseResult.CommandResult.Command, width));
        return ExitCode.Ok;
    }
}
