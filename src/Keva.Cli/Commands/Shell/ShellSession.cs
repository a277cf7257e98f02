using System.CommandLine;
using System.Globalization;
using Keva.Cli.Commands.Cluster;
using Keva.Cli.Commands.Completion;

namespace Keva.Cli.Commands.Shell;

/// <summary>Carries out lines: from a prompt until the user ends it, or from a script until one fails.</summary>
internal sealed class ShellSession(RootCommand root)
{
    private static readonly string[] OwnWords = ["help", "exit"];
    private static readonly TimeSpan NamesPatience = TimeSpan.FromSeconds(1);

    public async Task<int> RunScriptAsync(TextReader lines, CancellationToken cancellation)
    {
        for (var number = 1; await lines.ReadLineAsync(cancellation) is { } line; number++)
        {
            if (line.TrimStart() is "" or ['#', ..])
            {
                continue;
            }

            var (exitCode, isOver) = await RunLineAsync(line, cancellation);
            if (exitCode != ExitCode.Ok)
            {
                Terminal.Error(string.Create(CultureInfo.InvariantCulture, $"line {number} failed; nothing after it was done"));
                return exitCode;
            }

            if (isOver)
            {
                break;
            }
        }

        return ExitCode.Ok;
    }

    public async Task<int> RunPromptAsync(NodeAddress node, CancellationToken cancellation)
    {
        await RefreshNamesAsync(node, isFirst: true, cancellation);
        Terminal.Line("Tab completes, 'help' lists the commands, 'exit' or Ctrl-D ends.");
        var history = new ShellHistory(ShellHistory.DefaultFile, root);
        var prompt = new ShellPrompt(
            $"keva {node.Url.Authority}> ",
            history,
            typed => ShellCompleter.Complete(CompletionNode.Of(root), typed, OwnWords));
        while (!cancellation.IsCancellationRequested && prompt.ReadLine() is { } line)
        {
            if (line.Trim().Length == 0)
            {
                continue;
            }

            history.Add(line);
            if ((await RunUntilInterruptedAsync(line, cancellation)).IsOver)
            {
                break;
            }

            await RefreshNamesAsync(node, isFirst: false, cancellation);
        }

        return ExitCode.Ok;
    }

    private async Task<(int ExitCode, bool IsOver)> RunUntilInterruptedAsync(string line, CancellationToken cancellation)
    {
        using var signals = new StopSignals(cancellation);
        try
        {
            return await RunLineAsync(line, signals.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (ExitCode.Failure, IsOver: false);
        }
    }

    private async Task<(int ExitCode, bool IsOver)> RunLineAsync(string line, CancellationToken cancellation)
    {
        var parsed = ShellWords.Part(line);
        if (parsed.OpenQuote is { } quote)
        {
            Terminal.Error($"the quote {quote} is not closed");
            return (ExitCode.Usage, IsOver: false);
        }

        string[] words = [.. parsed.Words is ["keva", ..] ? parsed.Words.Skip(1) : parsed.Words];
        return words switch
        {
            [] => (ExitCode.Ok, IsOver: false),
            ["exit" or "quit"] => (ExitCode.Ok, IsOver: true),
            ["help", .. string[] topic] => (await CommandRunner.RunAsync(root, [.. topic, "--help"], cancellation), IsOver: false),
            _ => (await CommandRunner.RunAsync(root, words, cancellation), IsOver: false),
        };
    }

    /// <summary>For completion. A node that does not answer is no obstacle: commands say so themselves.</summary>
    private static async Task RefreshNamesAsync(NodeAddress node, bool isFirst, CancellationToken cancellation)
    {
        using var connection = new NodeConnection(node, NamesPatience);
        try
        {
            var cluster = await new ClusterClient(connection).GetAsync(cancellation);
            MemberNames.Keep([.. cluster.Members.Select(member => member.Name)]);
            if (isFirst)
            {
                Terminal.Line($"{cluster.Node ?? "A node"} of the cluster '{cluster.Cluster}': {cluster.Members.Count} members, {(cluster.Leader is { } leader ? $"{leader} leads" : "NOBODY LEADS")}.");
            }
        }
        catch (KevaRequestException exception)
        {
            if (isFirst)
            {
                Terminal.Error(exception.Message);
            }
        }
    }
}
