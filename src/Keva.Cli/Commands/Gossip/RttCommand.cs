using System.CommandLine;
using System.Globalization;

namespace Keva.Cli.Commands.Gossip;

/// <summary><c>keva rtt</c>: how long a message between two members and back should take.</summary>
internal static class RttCommand
{
    private const string Description = """
        Estimates the time from one member to another and back. Without the second it is the node that is
        asked. Exits with 4 if there is no estimate.

        Example:
          keva rtt host2
          keva rtt host2 host3
        """;

    public static Command Create()
    {
        var node = new NodeOptions();
        var first = new Argument<string>("node1") { Description = "a member" };
        var second = new Argument<string>("node2") { Description = "another", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("rtt", Description) { first, second };
        node.AddTo(command);
        command.SetAction((parsed, cancellation) => node.RunAsync(parsed, async (connection, output) =>
        {
            var to = parsed.GetValue(second) is { } name ? "&to=" + Uri.EscapeDataString(name) : "";
            var estimate = await connection.GetAsync<RoundTripModel>(
                $"/v1/rtt?from={Uri.EscapeDataString(parsed.GetValue(first)!)}{to}", cancellation);
            output.Show(estimate, TextOf(estimate));
            return ExitCode.Ok;
        }));
        return command;
    }

    internal static string TextOf(RoundTripModel estimate) =>
        string.Create(CultureInfo.InvariantCulture, $"Estimated {estimate.From} <-> {estimate.To} rtt: {estimate.RttMs:0.000} ms");
}
