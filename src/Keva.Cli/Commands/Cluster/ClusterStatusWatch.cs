using Spectre.Console;

namespace Keva.Cli.Commands.Cluster;

/// <summary>
/// Shows how the cluster does again and again: in place on a terminal, one report after the other in a pipe. When the node does
/// not answer, another member is asked.
/// </summary>
internal sealed class ClusterStatusWatch(NodeAddress first, CommandOutput output)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly List<NodeAddress> known = [first];

    /// <summary>Until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellation) => output.IsTable
        ? AnsiConsole.Live(new Text("")).StartAsync(live => RepeatAsync(
            report => live.UpdateTarget(new ClusterStatusText(report).ToTable()),
            problem => live.UpdateTarget(new Text(problem, TerminalTable.Bad)),
            cancellation))
        : RepeatAsync(
            report => Terminal.Line(output.IsJson ? CommandOutput.LineOf(report.ToJson()) : new ClusterStatusText(report).ToText() + "\n"),
            Terminal.Error,
            cancellation);

    private async Task RepeatAsync(Action<ClusterStatusReport> show, Action<string> complain, CancellationToken cancellation)
    {
        using var pause = new PeriodicTimer(Pause);
        do
        {
            var (report, problem) = await AskAnyAsync(cancellation);
            if (report is not null)
            {
                show(report);
            }
            else
            {
                complain(problem);
            }
        }
        while (await pause.WaitForNextTickAsync(cancellation));
    }

    private async Task<(ClusterStatusReport? Report, string Problem)> AskAnyAsync(CancellationToken cancellation)
    {
        var problem = "";
        foreach (var address in known.ToArray())
        {
            using var connection = new NodeConnection(address, Patience);
            try
            {
                var report = await ClusterStatusReport.TakeAsync(connection, cancellation);
                Remember(address, report.Seen);
                return (report, "");
            }
            catch (KevaRequestException exception)
            {
                problem = problem.Length > 0 ? problem : exception.Message;
            }
        }

        return (null, problem);
    }

    /// <summary>Who answers is asked first the next time.</summary>
    private void Remember(NodeAddress answered, ClusterModel seen)
    {
        var others = seen.Members.Where(member => member.Name != seen.Node).Select(member => NodeAddress.OfMember(member.HttpAddress)).OfType<NodeAddress>();
        NodeAddress[] all = [answered, .. known, .. others];
        known.Clear();
        known.AddRange(all.DistinctBy(address => address.Url));
    }
}
