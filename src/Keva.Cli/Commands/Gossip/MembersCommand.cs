using System.CommandLine;

namespace Keva.Cli.Commands.Gossip;

/// <summary><c>keva members</c>: the members of the gossip as a node sees them.</summary>
internal static class MembersCommand
{
    private const string Description = """
        Lists the members that a node knows, as 'serf members' does. Expressions must match the whole text.

        Example:
          keva members
          keva members -status 'alive|leaving' -tag role=web -detailed
        """;

    public static Command Create()
    {
        var node = new NodeOptions();
        var status = GossipOption.Of<string?>("status", "only members whose status matches the regular expression");
        var name = GossipOption.Of<string?>("name", "only members whose name matches the regular expression");
        var tags = GossipOption.Tags();
        var detailed = GossipOption.Of<bool>("detailed", "with the versions of the protocol");
        var command = new Command("members", Description) { status, name, tags, detailed };
        node.AddTo(command);
        command.SetAction((parsed, cancellation) => node.RunAsync(parsed, async (connection, output) =>
        {
            var filters = new[] { ("status", parsed.GetValue(status)), ("name", parsed.GetValue(name)) }
                .Concat((parsed.GetValue(tags) ?? []).Select(tag => ("tag", (string?)tag)))
                .Where(filter => !string.IsNullOrEmpty(filter.Item2))
                .Select(filter => (filter.Item1, filter.Item2!));
            var list = await new GossipClient(connection).GetMembersAsync(filters, cancellation);
            output.Show(list, MembersText.Of(list.Members, parsed.GetValue(detailed)));
            return ExitCode.Ok;
        }));
        return command;
    }
}
