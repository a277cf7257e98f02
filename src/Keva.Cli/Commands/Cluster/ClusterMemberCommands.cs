using System.CommandLine;

namespace Keva.Cli.Commands.Cluster;

/// <summary>
/// <c>keva cluster leave|remove|down|down-unreachable|transfer</c>: changes of who is a member and who leads. What leaves the
/// cluster without a vote to spare is refused with the arithmetic, unless <c>--yes</c> says that it is meant.
/// </summary>
internal static class ClusterMemberCommands
{
    private const string LeaveDescription = """
        Has the node at --address leave its cluster and stop. Its data stays on its disk. What would leave the cluster without a
        vote to spare wants --yes.

        Example:
          keva cluster leave --address http://127.0.0.1:3802 --yes
        """;

    private const string RemoveDescription = """
        Removes a member from the cluster; if it runs, it stops. What would leave the cluster without a vote to spare wants
        --yes.

        Example:
          keva cluster remove host3 --yes
        """;

    private const string DownDescription = """
        Removes a member that has failed, and refuses if it answers.

        Example:
          keva cluster down host3
        """;

    private const string DownUnreachableDescription = """
        Removes every member that has failed.

        Example:
          keva cluster down-unreachable
        """;

    private const string TransferDescription = """
        Hands leadership to a member, or without one to whoever is furthest.

        Example:
          keva cluster transfer
          keva cluster transfer host2
        """;

    private static readonly TimeSpan TransferPatience = TimeSpan.FromSeconds(10);

    public static IEnumerable<Command> Create()
    {
        yield return CreateLeave();
        yield return CreateRemove("remove", RemoveDescription);
        yield return CreateRemove("down", DownDescription);
        yield return CreateDownUnreachable();
        yield return CreateTransfer();
    }

    private static Command CreateLeave()
    {
        var yes = Yes();
        return Change("leave", LeaveDescription, [yes], async (parsed, client, output, cancellation) =>
        {
            await client.PostAsync("leave", new { force = parsed.GetValue(yes) }, cancellation);
            output.Done("left", "the node has left the cluster and stops");
            return ExitCode.Ok;
        });
    }

    private static Command CreateRemove(string name, string description)
    {
        var member = new Argument<string>("member") { Description = "the member's name" };
        member.CompletionSources.Add(MemberNames.Known);
        var yes = Yes();
        return Change(name, description, [member, yes], async (parsed, client, output, cancellation) =>
        {
            var who = parsed.GetValue(member)!;
            await client.PostAsync(name, new { member = who, force = parsed.GetValue(yes) }, cancellation);
            output.Done("removed", $"{who} is a member no more", who);
            return ExitCode.Ok;
        });
    }

    private static Command CreateDownUnreachable()
    {
        var yes = Yes();
        return Change("down-unreachable", DownUnreachableDescription, [yes], async (parsed, client, output, cancellation) =>
        {
            var cluster = await client.GetAsync(cancellation);
            var failed = cluster.Members.Where(member => member.Status == "failed").Select(member => member.Name).ToList();
            foreach (var who in failed)
            {
                await client.PostAsync("down", new { member = who, force = parsed.GetValue(yes) }, cancellation);
            }

            output.Done("removed", failed.Count == 0 ? "no member has failed" : $"members no more: {string.Join(", ", failed)}", failed);
            return ExitCode.Ok;
        });
    }

    private static Command CreateTransfer()
    {
        var member = new Argument<string?>("member") { Description = "the member's name", Arity = ArgumentArity.ZeroOrOne };
        member.CompletionSources.Add(MemberNames.Known);
        return Change("transfer", TransferDescription, [member], async (parsed, client, output, cancellation) =>
        {
            var before = (await client.GetAsync(cancellation)).Leader;
            await client.PostAsync("transfer", new { member = parsed.GetValue(member) }, cancellation);
            var after = await AwaitLeaderAsync(client, before, parsed.GetValue(member), cancellation);
            if (after is null)
            {
                Terminal.Error($"leadership did not move within {TransferPatience.TotalSeconds} s; {before ?? "nobody"} leads");
                return ExitCode.Failure;
            }

            output.Done("leader", $"{after} leads", after);
            return ExitCode.Ok;
        });
    }

    private static Command Change(
        string name,
        string description,
        IEnumerable<Symbol> symbols,
        Func<ParseResult, ClusterClient, CommandOutput, CancellationToken, Task<int>> change)
    {
        var node = new NodeOptions();
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Arguments.Add(argument);
            }
            else
            {
                command.Options.Add((Option)symbol);
            }
        }

        node.AddTo(command);
        command.SetAction((parsed, cancellation) => node.RunAsync(
            parsed, (connection, output) => change(parsed, new ClusterClient(connection), output, cancellation)));
        return command;
    }

    private static async Task<string?> AwaitLeaderAsync(ClusterClient client, string? before, string? wanted, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TransferPatience);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            do
            {
                if ((await client.GetAsync(patience.Token)).Leader is { } leader && (wanted is null ? leader != before : leader == wanted))
                {
                    return leader;
                }
            }
            while (await pause.WaitForNextTickAsync(patience.Token));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The time is up.
        }

        return null;
    }

    private static Option<bool> Yes() => new("--yes") { Description = "also if the voters that remain are barely enough" };
}
