using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Keva.Cli.Commands.Cluster;

/// <summary>Prints events: a line each, coloured on a terminal, and which node is followed beside them.</summary>
internal sealed class ClusterTailPrinter(CommandOutput output)
{
    /// <summary>Says whose events come from now on, apart from the events themselves.</summary>
    /// <param name="picture">The cluster as the node sees it.</param>
    /// <param name="address">The node.</param>
    /// <param name="before">The node that was followed until now; empty for none.</param>
    public void Following(ClusterModel picture, NodeAddress address, string before)
    {
        var node = picture.Node ?? address.Url.ToString();
        var beginning = before.Length == 0 ? "following" : before == node ? $"{node} is back; following" : $"{before} is gone; following";
        Terminal.Error(string.Create(
            CultureInfo.InvariantCulture,
            $"{beginning} {node} at {address.Url}: {(picture.Leader is { } leader ? $"{leader} leads" : "nobody leads")} in term {picture.Term}"));
    }

    public void Show(StreamedEvent item, string node)
    {
        if (Parse(item.Data) is not { } news)
        {
            return;
        }

        if (output.IsJson)
        {
            Terminal.Line(CommandOutput.LineOf(new { node, id = item.Id, time = news.Time, @event = item.Name, member = news.Member, term = news.Term, sentence = news.Sentence }));
        }
        else if (output.IsTable)
        {
            var line = TerminalTable.Pairs();
            line.AddRow(new Text(LocalTime(news.Time), TerminalTable.Quiet), new Text(news.Sentence ?? item.Name, StyleOf(item.Name)));
            AnsiConsole.Write(line);
        }
        else
        {
            Terminal.Line($"{news.Time ?? "-"} {news.Sentence ?? item.Name}");
        }
    }

    private static Style StyleOf(string kind) => kind switch
    {
        "leader_lost" or "member_failed" or "node_not_ready" or "lost" => TerminalTable.Bad,
        "member_suspected" or "member_removed" or "member_left" or "member_demoted" or "term_changed" or "node_stopping" => TerminalTable.Doubtful,
        "leader_elected" or "member_recovered" or "member_promoted" or "node_ready" => TerminalTable.Good,
        _ => Style.Plain,
    };

    private static string LocalTime(string? time) =>
        DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)
            : "            ";

    private static EventData? Parse(string data)
    {
        try
        {
            return JsonSerializer.Deserialize<EventData>(data, CliJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record EventData(string? Time, string? Member, long? Term, string? Sentence);
}
