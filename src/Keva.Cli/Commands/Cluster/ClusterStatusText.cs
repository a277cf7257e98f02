using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using Columns = Keva.Cli.Commands.Gossip.Columns;

namespace Keva.Cli.Commands.Cluster;

/// <summary>How <c>keva cluster status</c> looks: the same facts in a pipe and on a terminal.</summary>
internal sealed class ClusterStatusText(ClusterStatusReport report)
{
    private static readonly string[] Headings = ["member", "role", "status", "leader", "term", "applied", "behind", "state"];

    public string ToText()
    {
        var facts = Columns.Align([.. Facts().Select(fact => new[] { fact.Label, fact.Text })]);
        var members = Columns.Align([Headings, .. report.Members.Select(member => CellsOf(member).Select(cell => cell.Length > 0 ? cell : "-").ToArray())]);
        return string.Join("\n\n", new[] { facts, members, string.Join('\n', Notes().Select(note => note.Text)) }.Where(part => part.Length > 0));
    }

    public IRenderable ToTable()
    {
        var facts = TerminalTable.Pairs();
        foreach (var (label, text, style) in Facts())
        {
            facts.AddRow(new Text(label, TerminalTable.Quiet), new Text(text, style));
        }

        var table = TerminalTable.Create(Headings);
        foreach (var member in report.Members)
        {
            var cells = CellsOf(member);
            table.AddRow(
            [
                new Text(cells[0]), TerminalTable.Role(cells[1]), TerminalTable.Status(cells[2]),
                .. cells.Skip(3).Select(cell => new Text(cell)),
            ]);
        }

        return new Rows([facts, table, .. Notes().Select(note => new Text(note.Text, note.Style))]);
    }

    private IEnumerable<(string Label, string Text, Style Style)> Facts()
    {
        var seen = report.Seen;
        yield return ("cluster", seen.ClusterId is { } id ? $"{seen.Cluster} ({id})" : seen.Cluster ?? "", Style.Plain);
        yield return report.Leader is { } leader
            ? ("leader", string.Create(CultureInfo.InvariantCulture, $"{leader} in term {report.Term}"), Style.Plain)
            : ("leader", string.Create(CultureInfo.InvariantCulture, $"NONE in term {report.Term}, as far as {seen.Node ?? "the node"} and those that answer know"), TerminalTable.Bad);
        yield return ("committed", string.Create(CultureInfo.InvariantCulture, $"entry {report.CommitIndex}"), Style.Plain);
        yield return ("quorum", report.QuorumSentence, !report.HasQuorum ? TerminalTable.Bad : report.Quorum.Spare == 0 ? TerminalTable.Doubtful : TerminalTable.Good);
        yield return ("state", report.State.Sentence, report.State.HasDiverged ? TerminalTable.Bad : Style.Plain);
        var label = "to do";
        foreach (var advice in report.Advice)
        {
            yield return (label, advice, Style.Plain);
            label = "";
        }
    }

    private static string[] CellsOf(MemberStatusLine member) =>
    [
        member.Name,
        member.Role,
        member.Status,
        member.Answers ? member.Leader ?? "none" : "",
        TextOf(member.Term),
        TextOf(member.AppliedIndex),
        TextOf(member.Behind),
        StateComparison.Parse(member.StateHash) is var (hash, index)
            ? string.Create(CultureInfo.InvariantCulture, $"{StateComparison.Short(hash)}@{index}")
            : "",
    ];

    /// <summary>What does not fit into columns.</summary>
    private IEnumerable<(string Text, Style Style)> Notes()
    {
        foreach (var member in report.Members)
        {
            if (member.Problem is { } problem)
            {
                yield return ($"{member.Name}: {problem}", TerminalTable.Bad);
            }
            else if (member.Ready == false)
            {
                yield return ($"{member.Name} is not ready: {member.NotReadyReason ?? "it does not say why"}", TerminalTable.Doubtful);
            }
        }

        foreach (var warning in report.Warnings)
        {
            var since = warning.Since is null ? "" : $" (since {warning.Since})";
            yield return ($"{warning.Node} warns: {warning.Text.TrimEnd('.')}{since}{(warning.Hint is null ? "" : $". {warning.Hint}")}", TerminalTable.Doubtful);
        }
    }

    private static string TextOf(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";
}
