using System.CommandLine;
using System.Diagnostics;

namespace Keva.Cli.Commands.Gossip;

/// <summary><c>keva reachability</c>: whether all live members answer a node.</summary>
internal static class ReachabilityCommand
{
    private const string Description = """
        Tests whether all live members answer. Asks all for an acknowledgement, and compares who answers with who is seen as
        alive. Exits with 1 if these are not the same.

        Example:
          keva reachability -verbose
        """;

    public static Command Create()
    {
        var node = new NodeOptions();
        var verbose = GossipOption.Of<bool>("verbose", "show each answer, and how long it took");
        var command = new Command("reachability", Description) { verbose };
        node.AddTo(command);
        command.SetAction((parsed, cancellation) => node.RunAsync(
            parsed,
            (connection, output) => TestAsync(new GossipClient(connection), parsed.GetValue(verbose), output, cancellation),
            TimeSpan.FromMinutes(2)));
        return command;
    }

    private static async Task<int> TestAsync(GossipClient client, bool isVerbose, CommandOutput output, CancellationToken cancellation)
    {
        var members = await client.GetMembersAsync([], cancellation);
        var report = new ReachabilityReport(members.Members);
        Action<string> say = output.IsJson ? _ => { } : Terminal.Line;
        say(report.Heading);
        var lines = await client.QueryAsync(new { name = "_serf_ping" }, cancellation);
        say("Starting reachability test...");
        var time = Stopwatch.StartNew();
        var last = TimeSpan.Zero;
        await foreach (var line in lines)
        {
            if (line is { Type: "ack", From: { } from })
            {
                last = time.Elapsed;
                foreach (var text in report.Acknowledge(from, isVerbose))
                {
                    say(text);
                }
            }
        }

        output.Show(report.ToJson(), report.Conclusion(isVerbose ? (time.Elapsed, last) : null));
        return report.IsGood ? ExitCode.Ok : ExitCode.Failure;
    }
}
