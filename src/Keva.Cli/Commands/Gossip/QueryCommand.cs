using System.CommandLine;
using System.Globalization;

namespace Keva.Cli.Commands.Gossip;

/// <summary><c>keva query</c>: asks all nodes, or some, and prints what they answer.</summary>
internal static class QueryCommand
{
    private const string Description = """
        Asks all nodes, or some, and prints what comes back as it comes. Name and payload take about 1000 bytes at most.

        Example:
          keva query load
          keva query -node host1 -tag role=web -timeout 2s uptime now
        """;

    private static readonly TimeSpan LongestTimeout = TimeSpan.FromHours(1);

    public static Command Create()
    {
        var node = new NodeOptions();
        var name = new Argument<string>("name") { Description = "what is asked" };
        var payload = new Argument<string>("payload") { Description = "more about it", Arity = ArgumentArity.ZeroOrOne };
        var nodes = GossipOption.Of<string[]>("node", "only this node is asked; may be repeated");
        var tags = GossipOption.Tags();
        var timeout = GossipOption.Of<string?>("timeout", "how long answers are waited for, as in 15s or 500ms; by default as suits the cluster");
        timeout.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && GoDuration.Parse(token.Value) is not { } time)
            {
                result.AddError($"-timeout is a time such as 15s or 500ms, not '{token.Value}'");
            }
            else if (result.Tokens is [var given] && GoDuration.Parse(given.Value) is { } parsed && (parsed.TotalMilliseconds < 1 || parsed > LongestTimeout))
            {
                result.AddError("-timeout is from 1ms to 1h");
            }
        });
        var noAck = GossipOption.Of<bool>("no-ack", "nodes do not say that they have the question");
        var relay = GossipOption.Of<int>("relay-factor", "by how many more ways answers come back, 0 to 255");
        relay.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !byte.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                result.AddError("Relay factor must be between 0 and 255");
            }
        });
        var command = new Command("query", Description) { name, payload, nodes, tags, timeout, noAck, relay };
        node.AddTo(command);
        command.SetAction((parsed, cancellation) => node.RunAsync(
            parsed,
            (connection, output) => AskAsync(
                new GossipClient(connection),
                new Question(
                    parsed.GetValue(name)!,
                    parsed.GetValue(payload) ?? "",
                    parsed.GetValue(nodes) ?? [],
                    (parsed.GetValue(tags) ?? []).Select(tag => tag.Split('=', 2)).GroupBy(tag => tag[0], StringComparer.Ordinal).ToDictionary(tag => tag.Key, tag => tag.Last()[1], StringComparer.Ordinal),
                    parsed.GetValue(timeout) is { } text ? (int)GoDuration.Parse(text)!.Value.TotalMilliseconds : null,
                    parsed.GetValue(relay),
                    parsed.GetValue(noAck)),
                output,
                cancellation),
            LongestTimeout + TimeSpan.FromMinutes(1)));
        return command;
    }

    private static async Task<int> AskAsync(GossipClient client, Question question, CommandOutput output, CancellationToken cancellation)
    {
        var lines = await client.QueryAsync(question, cancellation);
        if (output.IsJson)
        {
            var acks = new List<string>();
            var responses = new SortedDictionary<string, string>(StringComparer.Ordinal);
            await foreach (var line in lines)
            {
                if (line.Type == "ack")
                {
                    acks.Add(line.From!);
                }
                else if (line.Type == "response")
                {
                    responses[line.From!] = line.Text;
                }
            }

            output.Show(new { acks, responses }, "");
            return ExitCode.Ok;
        }

        Terminal.Line($"Query '{question.Name}' dispatched");
        await foreach (var line in lines)
        {
            foreach (var text in QueryText.Of(line, question.NoAck))
            {
                Terminal.Line(text);
            }
        }

        return ExitCode.Ok;
    }

    private sealed record Question(
        string Name, string Payload, string[] Nodes, IReadOnlyDictionary<string, string> Tags, int? TimeoutMs, int Relay, bool NoAck);
}
