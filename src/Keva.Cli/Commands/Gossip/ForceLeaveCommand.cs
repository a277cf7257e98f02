using System.CommandLine;

namespace Keva.Cli.Commands.Gossip;

/// <summary><c>keva force-leave</c>: has a failed member be seen as left.</summary>
internal static class ForceLeaveCommand
{
    private const string Description = """
        Has a failed member be seen as left. With -prune it is forgotten altogether. One that is alive after all
        comes back. Says nothing about who votes: that is the cluster's log. Exits with 4 if there is no such member.

        Example:
          keva force-leave host3
          keva force-leave -prune host3
        """;

    public static Command Create()
    {
        var node = new NodeOptions();
        var name = new Argument<string>("name") { Description = "the member" };
        var prune = GossipOption.Of<bool>("prune", "forget it altogether");
        var command = new Command("force-leave", Description) { name, prune };
        node.AddTo(command);
        command.SetAction((parsed, cancellation) => node.RunAsync(parsed, async (connection, output) =>
        {
            var who = parsed.GetValue(name)!;
            await connection.PostAsync("/v1/members/force-leave", new { name = who, prune = parsed.GetValue(prune) }, cancellation);

            // As Serf's program, it says nothing to people when it is done.
            if (output.IsJson)
            {
                output.Done("left", "", who);
            }

            return ExitCode.Ok;
        }));
        return command;
    }
}
