using System.CommandLine;

namespace Keva.Cli.Commands.Gossip;

/// <summary><c>keva event</c>: tells all nodes that something happened.</summary>
internal static class EventCommand
{
    private const string Description = """
        Tells all nodes that something happened. Name and payload take 512 bytes at most.

        Example:
          keva event deploy 1.4.2
          keva event -coalesce=false restart
        """;

    public static Command Create()
    {
        var node = new NodeOptions();
        var name = new Argument<string>("name") { Description = "what happened" };
        var payload = new Argument<string>("payload") { Description = "more about it", Arity = ArgumentArity.ZeroOrOne };
        var coalesce = GossipOption.Of<bool>("coalesce", "whether of several events of this name the last may stand for all");
        coalesce.DefaultValueFactory = _ => true;
        var command = new Command("event", Description) { name, payload, coalesce };
        node.AddTo(command);
        command.SetAction((parsed, cancellation) => node.RunAsync(parsed, async (connection, output) =>
        {
            var isCoalesced = parsed.GetValue(coalesce);
            var body = new { name = parsed.GetValue(name), payload = parsed.GetValue(payload) ?? "", coalesce = isCoalesced };
            await connection.PostAsync("/v1/event", body, cancellation);
            output.Show(body, $"Event '{body.name}' dispatched! Coalescing enabled: {(isCoalesced ? "true" : "false")}");
            return ExitCode.Ok;
        }));
        return command;
    }
}
