using System.Text.Json;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests.CommandLine;

/// <summary><c>keva cluster show|status|tail|join</c> against clusters in good and in bad state.</summary>
public sealed class ClusterCommandTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Members_are_shown_as_Petabridge_Cmd_shows_them_with_a_leader_and_without()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        var leader = await cluster.LeaderAsync();
        var witness = cluster.AllBut(leader)[0];

        var whole = await witness.OperateAsync("cluster", "show");
        Assert.Equal(0, whole.ExitCode);
        Assert.Empty(whole.Errors);
        Assert.Equal(
            string.Concat(cluster.Nodes.Select(node => $"{node.PeerAddress} | [{(node == leader ? "leader" : "voter")}] | up |  | 0.1.0\n")) + "Count: 3 nodes\n",
            whole.Output);

        foreach (var node in cluster.AllBut(witness))
        {
            await node.KillAsync();
            await witness.WaitForStatusAsync(node.Name, "failed");
        }

        await Eventually.BecomesTrueAsync(async () => (await witness.Client.ClusterAsync()).Leader is null, "nobody leads");
        var rest = await witness.OperateAsync("cluster", "show");
        Assert.Equal(0, rest.ExitCode);
        Assert.Equal(
            string.Concat(cluster.Nodes.Select(node => node == witness ? $"{node.PeerAddress} | [voter] | up |  | 0.1.0\n" : $"{node.PeerAddress} | [voter] | failed | unreachable\n")) + "Count: 3 nodes\n",
            rest.Output);
        Assert.Equal($"keva: no leader is known; this is what {witness.Name} knows by itself", Assert.Single(rest.ErrorLines));
    }

    [Fact]
    public async Task Status_counts_what_the_cluster_survives_and_says_what_to_do()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        var leader = await cluster.LeaderAsync();
        var (witness, victim) = (cluster.AllBut(leader)[0], cluster.AllBut(leader)[1]);
        Assert.True((await leader.Client.SetAsync("a", "b")).IsSuccess);

        var whole = await StatusAsync(witness);

        // The machine of the tests may be slow enough for a warning, and that is not healthy.
        Assert.Equal(whole.GetProperty("warnings").GetArrayLength() == 0, whole.GetProperty("healthy").GetBoolean());
        Assert.Equal(leader.Name, whole.GetProperty("leader").GetString());
        Assert.Equal(1, whole.GetProperty("quorum").GetProperty("survives").GetInt32());
        Assert.All(whole.GetProperty("members").EnumerateArray(), member => Assert.True(member.GetProperty("answers").GetBoolean()));

        await victim.KillAsync();
        await leader.WaitForStatusAsync(victim.Name, "failed");
        var text = (await witness.OperateAsync("cluster", "status")).Output;
        output.WriteLine(text);
        Assert.Contains("2 of 3 voters answer, 2 are needed: survives no more failure", text, StringComparison.Ordinal);
        Assert.Contains($"start {victim.Name} again with its directory", text, StringComparison.Ordinal);
        Assert.Contains($"{victim.Name}: no node answers at {victim.Url}", text, StringComparison.Ordinal);

        await leader.KillAsync();
        await Eventually.BecomesTrueAsync(async () => (await witness.Client.ClusterAsync()).Leader is null, "nobody leads");
        var alone = await witness.OperateAsync("cluster", "status");
        output.WriteLine(alone.Output);
        Assert.Equal(0, alone.ExitCode);
        Assert.Contains("leader     NONE in term", alone.Output, StringComparison.Ordinal);
        Assert.Contains("NO QUORUM, nothing can be written until one more answers", alone.Output, StringComparison.Ordinal);
        Assert.Contains("keva cluster recover", alone.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tail_goes_on_with_another_member_when_the_node_that_it_follows_is_killed()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        var leader = await cluster.LeaderAsync();
        await using var tail = KevaProcess.Start(["cluster", "tail", "--since", "all", "--address", leader.Url]);
        await Eventually.BecomesTrueAsync(() => tail.Output.Contains($"{leader.Name} is ready", StringComparison.Ordinal), "what happened before is shown");
        Assert.Contains($"keva: following {leader.Name} at {leader.Url}", tail.Errors, StringComparison.Ordinal);

        await leader.KillAsync();
        await Eventually.BecomesTrueAsync(
            () => cluster.AllBut(leader).Any(node => tail.Output.Contains($"{node.Name} leads in term", StringComparison.Ordinal)), "the new leader is told");
        await Eventually.BecomesTrueAsync(() => tail.Output.Contains($"{leader.Name} has failed", StringComparison.Ordinal), "the failure is told");
        Assert.Contains($"keva: {leader.Name} is gone; following ", tail.Errors, StringComparison.Ordinal);

        leader.Start();
        await Eventually.BecomesTrueAsync(() => tail.Output.Contains($"{leader.Name} answers again", StringComparison.Ordinal), "the return is told");
        tail.Send(UnixSignal.Interrupt);
        var end = await tail.WaitForEndAsync();
        output.WriteLine(end.Output);
        Assert.Equal(0, end.ExitCode);
        Assert.All(end.Output.TrimEnd('\n').Split('\n'), line => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \S.*$", line));
    }

    [Fact]
    public async Task Tail_in_JSON_is_an_object_a_line_and_tells_who_came_and_left()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        var witness = cluster.Nodes[0];
        await using var tail = KevaProcess.Start(["cluster", "tail", "--format", "json", "--address", witness.Url]);
        await Eventually.BecomesTrueAsync(() => tail.Errors.Contains("following", StringComparison.Ordinal), "the tail has begun");
        var fourth = cluster.Add("host4", witness);
        fourth.Start();
        await Eventually.BecomesTrueAsync(() => Kinds(tail).Contains("member_promoted host4"), "the new member votes");

        Assert.Equal(0, (await fourth.OperateAsync("cluster", "leave")).ExitCode);
        await Eventually.BecomesTrueAsync(() => Kinds(tail).Contains("member_left host4"), "the new member has left");

        Assert.Equal(
            ["member_joined host4", "member_promoted host4", "member_removed host4", "member_left host4"],
            Kinds(tail).Where(kind => kind is "member_joined host4" or "member_promoted host4" or "member_removed host4" or "member_left host4"));
    }

    [Fact]
    public async Task Joining_says_how_many_answered_or_why_nobody_did()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, size: 2);

        var joined = await cluster.Nodes[0].OperateAsync("cluster", "join", cluster.Nodes[1].PeerAddress);
        Assert.Equal((0, "Successfully joined cluster by contacting 1 nodes.\n"), (joined.ExitCode, joined.Output));
        var silent = await cluster.Nodes[0].OperateAsync("cluster", "join", $"127.0.0.1:{FreePorts.Next()}");
        Assert.Equal(1, silent.ExitCode);
        Assert.Contains("was not joined", Assert.Single(silent.ErrorLines), StringComparison.Ordinal);
        var nonsense = await cluster.Nodes[0].OperateAsync("cluster", "join", "nonsense");
        Assert.Equal(1, nonsense.ExitCode);
        Assert.Contains("127.0.0.1:3700", Assert.Single(nonsense.ErrorLines), StringComparison.Ordinal);
    }

    private static async Task<JsonElement> StatusAsync(NodeUnderTest node)
    {
        var result = await node.OperateAsync("cluster", "status", "--format", "json");
        Assert.True(result.ExitCode == 0, result.Errors);
        return JsonDocument.Parse(result.Output).RootElement.Clone();
    }

    private static List<string> Kinds(KevaProcess tail) =>
    [
        .. tail.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).SkipLast(tail.Output.EndsWith('\n') ? 0 : 1)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Select(item => $"{item.GetProperty("event").GetString()} {item.GetProperty("member").GetString()}"),
    ];
}
