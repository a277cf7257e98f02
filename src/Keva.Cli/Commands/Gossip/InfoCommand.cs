using System.CommandLine;
using System.Text;
using System.Text.Json;

namespace Keva.Cli.Commands.Gossip;

/// <summary><c>keva info</c>: how a node's gossip does.</summary>
internal static class InfoCommand
{
    private const string Description = """
        Tells how a node's gossip does: its clocks, its tags, how many members it knows.

        Example:
          keva info
          keva info -format json
        """;

    public static Command Create()
    {
        var node = new NodeOptions();
        var command = new Command("info", Description);
        node.AddTo(command);
        command.SetAction((parsed, cancellation) => node.RunAsync(parsed, async (connection, output) =>
        {
            var info = await connection.GetAsync<SortedDictionary<string, SortedDictionary<string, JsonElement>>>("/v1/info", cancellation);
            output.Show(info, TextOf(info));
            return ExitCode.Ok;
        }));
        return command;
    }

    /// <summary>As <c>serf info</c> prints its sections.</summary>
    internal static string TextOf(IReadOnlyDictionary<string, SortedDictionary<string, JsonElement>> info)
    {
        var text = new StringBuilder();
        foreach (var (section, values) in info.OrderBy(section => section.Key, StringComparer.Ordinal))
        {
            text.Append(section).Append(":\n");
            foreach (var (name, value) in values.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                text.Append('\t').Append(name).Append(" = ").Append(ValueOf(value)).Append('\n');
            }
        }

        return text.ToString().TrimEnd('\n');
    }

    private static string ValueOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => value.ToString(),
    };
}
