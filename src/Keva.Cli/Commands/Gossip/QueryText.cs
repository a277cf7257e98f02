using System.Globalization;

namespace Keva.Cli.Commands.Gossip;

/// <summary>What comes back of a query as <c>serf query</c> prints it.</summary>
internal static class QueryText
{
    public static IEnumerable<string> Of(QueryLine line, bool noAck) => line.Type switch
    {
        "ack" => [$"Ack from '{line.From}'"],
        "response" => [$"Response from '{line.From}': {WithoutLineEnd(line.Text)}"],
        "done" when noAck => [Responses(line)],
        "done" => [string.Create(CultureInfo.InvariantCulture, $"Total Acks: {line.Acks}"), Responses(line)],
        _ => [],
    };

    private static string Responses(QueryLine line) => string.Create(CultureInfo.InvariantCulture, $"Total Responses: {line.Responses}");

    private static string WithoutLineEnd(string text) => text.EndsWith('\n') ? text[..^1] : text;
}
