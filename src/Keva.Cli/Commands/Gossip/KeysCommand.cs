using System.CommandLine;

namespace Keva.Cli.Commands.Gossip;

/// <summary><c>keva keys</c>: the keys that all nodes encrypt gossip with.</summary>
internal static class KeysCommand
{
    private const string Description = """
        Changes or lists the keys of all nodes. To change the key that encrypts: install the new one, use it, remove the old
        one. Exits with 1 if a node does not do it.

        Example:
          keva keys -install "$(keva keygen)"
          keva keys -list
        """;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(90);

    public static Command Create()
    {
        var node = new NodeOptions();
        var install = GossipOption.Of<string?>("install", "have all nodes take a further key, with which they can decrypt");
        var use = GossipOption.Of<string?>("use", "have all nodes encrypt with a key that they have");
        var remove = GossipOption.Of<string?>("remove", "have all nodes drop a key that they do not encrypt with");
        var list = GossipOption.Of<bool>("list", "print which keys there are, and how many nodes have each");
        var command = new Command("keys", Description) { install, use, remove, list };
        node.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var asked = new[] { ("install", parsed.GetValue(install)), ("use", parsed.GetValue(use)), ("remove", parsed.GetValue(remove)) }
                .Where(operation => operation.Item2 is not null)
                .Append(("list", null))
                .Where(operation => operation.Item1 != "list" || parsed.GetValue(list))
                .ToList();
            if (asked is not [var (operation, key)])
            {
                Terminal.Error(asked.Count == 0
                    ? "one of -install, -use, -remove and -list is needed ('keva keys --help' shows what there is)"
                    : "Only one of -install, -use, -remove, or -list allowed");
                return ExitCode.Usage;
            }

            return await node.RunAsync(
                parsed, (connection, output) => ChangeAsync(connection, operation, key, output, cancellation), Timeout);
        });
        return command;
    }

    private static async Task<int> ChangeAsync(
        NodeConnection connection, string operation, string? key, CommandOutput output, CancellationToken cancellation)
    {
        var text = new KeysText(operation);
        if (!output.IsJson)
        {
            Terminal.Line(text.Beginning);
        }

        var result = await connection.PostAsync<KeysModel>("/v1/keys", new { operation, key }, cancellation);
        if (output.IsJson || result.Problem is null)
        {
            output.Show(result, text.Success(result));
        }
        else
        {
            Console.Error.WriteLine(text.Failure(result));
        }

        return result.Problem is null ? ExitCode.Ok : ExitCode.Failure;
    }
}
