using System.CommandLine;
using System.Text.Json;

namespace Keva.Cli.Commands;

/// <summary>
/// <c>keva cluster leave|remove|down|down-unreachable|transfer</c>: changes of who is a member and who leads. What leaves the
/// cluster without a vote to spare is refused with the arithmetic, unless <c>--yes</c> says that it is meant.
/// </summary>
internal static class ClusterMemberCommands
{
    private static readonly TimeSpan TransferPatience = TimeSpan.FromSeconds(10);

    public static IEnumerable<Command> Create()
    {
        yield return CreateLeave();
        yield return CreateRemove("remove", "Removes a member from the cluster; if it runs, it stops. Example: keva cluster remove host3");
        yield return CreateRemove("down", "Removes a member that has failed. Example: keva cluster down host3");
        yield return CreateDownUnreachable();
        yield return CreateTransfer();
    }

    private static Command CreateLeave()
    {
        var command = new Command("leave", "Has the node at --address leave its cluster and stop. Example: keva cluster leave --address http://127.0.0.1:3802");
        var node = new NodeOptions();
        node.AddTo(command);
        var yes = Yes();
        command.Options.Add(yes);
        command.SetAction((parsed, cancellation) => node.RunAsync(parsed, async connection =>
        {
            var client = new ClusterClient(connection);
            await client.PostAsync("/v1/cluster/leave", new { force = parsed.GetValue(yes) }, cancellation);
            return Done(node.IsJson(parsed), "left", "the node has left the cluster and stops");
        }));
        return command;
    }

    private static Command CreateRemove(string name, string description)
    {
        var command = new Command(name, description);
        var node = new NodeOptions();
        node.AddTo(command);
        var member = new Argument<string>("member") { Description = "the member's name" };
        var yes = Yes();
        command.Arguments.Add(member);
        command.Options.Add(yes);
        command.SetAction((parsed, cancellation) => node.RunAsync(parsed, async connection =>
        {
            var client = new ClusterClient(connection);
            var who = parsed.GetValue(member)!;
            await client.PostAsync($"/v1/cluster/{name}", new { member = who, force = parsed.GetValue(yes) }, cancellation);
            return Done(node.IsJson(parsed), "removed", $"{who} is a member no more", who);
        }));
        return command;
    }

    private static Command CreateDownUnreachable()
    {
        var command = new Command("down-unreachable", "Removes every member that has failed. Example: keva cluster down-unreachable");
        var node = new NodeOptions();
        node.AddTo(command);
        var yes = Yes();
        command.Options.Add(yes);
        command.SetAction((parsed, cancellation) => node.RunAsync(parsed, async connection =>
        {
            var client = new ClusterClient(connection);
            var failed = await client.GetMembersAsync("failed", cancellation);
            foreach (var who in failed)
            {
                await client.PostAsync("/v1/cluster/down", new { member = who, force = parsed.GetValue(yes) }, cancellation);
            }

            return Done(
                node.IsJson(parsed), "removed", failed.Count == 0 ? "no member has failed" : $"members no more: {string.Join(", ", failed)}", [.. failed]);
        }));
        return command;
    }

    private static Command CreateTransfer()
    {
        var command = new Command("transfer", "Hands leadership to a member, or to whoever is furthest. Example: keva cluster transfer host2");
        var node = new NodeOptions();
        node.AddTo(command);
        var member = new Argument<string?>("member") { Description = "the member's name", Arity = ArgumentArity.ZeroOrOne };
        command.Arguments.Add(member);
        command.SetAction((parsed, cancellation) => node.RunAsync(parsed, async connection =>
        {
            var client = new ClusterClient(connection);
            var before = await client.GetLeaderAsync(cancellation);
            await client.PostAsync("/v1/cluster/transfer", new { member = parsed.GetValue(member) }, cancellation);
            var after = await AwaitLeaderAsync(client, before, parsed.GetValue(member), cancellation);
            if (after is null)
            {
                Terminal.Error($"leadership did not move within {TransferPatience.TotalSeconds} s; {before ?? "nobody"} leads");
                return ExitCode.Failure;
            }

            return Done(node.IsJson(parsed), "leader", $"{after} leads", after);
        }));
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
                if (await client.GetLeaderAsync(patience.Token) is { } leader && (wanted is null ? leader != before : leader == wanted))
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

    private static int Done(bool isJson, string what, string sentence, params string[] members)
    {
        Terminal.Line(isJson ? JsonSerializer.Serialize(new { result = what, members }, CliJson.Options) : sentence);
        return ExitCode.Ok;
    }
}
