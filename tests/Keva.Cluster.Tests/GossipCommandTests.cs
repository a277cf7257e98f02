using System.Text.Json;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary><c>keva members</c> and its kin against nodes as processes, and against what <c>serf</c> says of the same cluster.</summary>
public sealed class GossipCommandTests(ITestOutputHelper output)
{
    private const string FirstKey = "AAECAwQFBgcICQoLDA0ODw==";
    private const string SecondKey = "EBESExQVFhcYGRobHB0eHw==";

    [Fact]
    public async Task Operators_see_tell_ask_and_reach_the_nodes_also_without_a_leader()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, size: 2, settings: ["http.leader-wait=500ms"]);
        var (first, second) = (cluster.Nodes[0], cluster.Nodes[1]);
        await SeesAsync(first, "host1 alive", "host2 alive");
        await using var monitor = KevaProcess.Start(["monitor", "--address", second.Url, "--format", "json"]);
        await Eventually.BecomesTrueAsync(() => monitor.Output.Contains("watching", StringComparison.Ordinal), "the monitor watches");

        await SucceedsAsync("Event 'deploy' dispatched! Coalescing enabled: true", first, "event", "deploy", "1.4.2");
        await SucceedsAsync("Event 'x y' dispatched! Coalescing enabled: false", first, "event", "-coalesce=false", "x y");
        await Eventually.BecomesTrueAsync(
            () => monitor.Output.Split('\n').Any(line => line.Contains("\"name\":\"x y\"", StringComparison.Ordinal)), "the other node tells of the event");
        Assert.Contains("\"payload\":\"1.4.2\"", monitor.Output, StringComparison.Ordinal);

        var query = await RunAsync(first, "query", "-timeout", "2s", "uptime");
        var lines = query.Output.TrimEnd('\n').Split('\n');
        Assert.Equal(["Query 'uptime' dispatched", "Total Acks: 2", "Total Responses: 0"], [lines[0], .. lines[^2..]]);
        Assert.Equal(["Ack from 'host1'", "Ack from 'host2'"], lines[1..^2].Order(StringComparer.Ordinal));
        await SucceedsAsync("Query 'q' dispatched\nTotal Responses: 0", first, "query", "-no-ack", "-timeout=500ms", "-node", "host2", "q");
        await SucceedsAsync(
            "Total members: 2, live members: 2\nStarting reachability test...\nSuccessfully contacted all live nodes", first, "reachability");
        await Eventually.BecomesTrueAsync(async () => (await RunAsync(first, "rtt", "host2")).ExitCode == 0, "the nodes have measured each other", pause: Eventually.BetweenPrograms);
        Assert.Matches(@"^Estimated host2 <-> host1 rtt: \d+\.\d{3} ms\n$", (await RunAsync(first, "rtt", "host2")).Output);
        Assert.StartsWith("agent:\n\tname = host1\nevent_handlers:\nruntime:\n\tarch = ", (await RunAsync(first, "info")).Output, StringComparison.Ordinal);

        await second.KillAsync();
        var ended = await monitor.WaitForEndAsync();
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("the node ended the monitor", ended.Errors, StringComparison.Ordinal);
        await SeesAsync(first, "host1 alive", "host2 failed");
        Assert.Equal("host2", Assert.Single(await MembersAsync(first, "-status", "fail.*")).Split(' ')[0]);
        await SucceedsAsync("", first, "force-leave", "host2");
        await SeesAsync(first, "host1 alive", "host2 left");
        await SucceedsAsync("", first, "force-leave", "-prune", "host2");
        await SeesAsync(first, "host1 alive");
    }

    [Fact]
    public async Task What_cannot_be_done_is_told_by_a_sentence_and_an_exit_code()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, size: 1);
        var node = cluster.Nodes[0];

        await FailsAsync(4, "no member of that name", node, "force-leave", "nobody");
        await FailsAsync(4, "nobody", node, "rtt", "nobody");
        await FailsAsync(1, "512 bytes", node, "event", new string('x', 600));
        await FailsAsync(1, "belongs to the protocol", node, "query", "_serf_conflict");
        await FailsAsync(1, "regular expression", node, "members", "-name", "(");
        await FailsAsync(2, "'keva event' needs a name", node, "event");
        await FailsAsync(2, "between 0 and 255", node, "query", "-relay-factor", "300", "q");
        await FailsAsync(2, "-timeout", node, "query", "-timeout", "soon", "q");
        await FailsAsync(2, "-tag", node, "members", "-tag", "role");
        await FailsAsync(2, "-install", node, "keys");
        await FailsAsync(2, "Only one of", node, "keys", "-list", "-use", FirstKey);
        var plain = await RunAsync(node, "keys", "-list");
        Assert.Equal((1, "failed:  host1  No keyring to modify (encryption not enabled)\n\nFailed to gather member keys: 1/1 nodes reported failure\n"), (plain.ExitCode, plain.Errors));

        await node.KillAsync();
        foreach (var command in new string[][] { ["members"], ["event", "e"], ["query", "q"], ["reachability"], ["rtt", "a"], ["info"], ["keys", "-list"], ["monitor"], ["force-leave", "a"] })
        {
            var result = await RunAsync(node, command);
            Assert.Equal(1, result.ExitCode);
            Assert.Contains($"no node answers at {node.Url}/", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Keys_are_changed_on_all_nodes_and_are_in_no_log()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, size: 2, settings: [$"gossip.encrypt-key={FirstKey}"]);
        var node = cluster.Nodes[0];
        await SeesAsync(node, "host1 alive", "host2 alive");

        await SucceedsAsync("==> Installing key on all members...\n==> Successfully installed key!", node, "keys", "-install", SecondKey);
        await SucceedsAsync(
            $"==> Asking all members for installed keys...\n==> Keys gathered, listing cluster keys...\n\n{FirstKey}  [2/2]\n{SecondKey}  [2/2]", node, "keys", "-list");
        await SucceedsAsync("==> Changing primary key on all members...\n==> Successfully changed primary key!", node, "keys", "-use", SecondKey);
        var refused = await RunAsync(node, "keys", "-remove", SecondKey);
        Assert.Equal(1, refused.ExitCode);
        Assert.EndsWith("\n\nError removing key: 2/2 nodes reported failure\n", refused.Errors, StringComparison.Ordinal);
        await SucceedsAsync("==> Removing key on all members...\n==> Successfully removed key!", node, "keys", "-remove", FirstKey);
        Assert.All(cluster.Nodes, each => Assert.DoesNotContain(SecondKey, each.Log, StringComparison.Ordinal));
        var made = await KevaProcess.RunAsync("keygen");
        Assert.Equal(32, Convert.FromBase64String(made.Output.TrimEnd('\n')).Length);
    }

    [FactIfProgram("serf")]
    public async Task Members_are_told_as_serf_tells_them_of_the_same_cluster()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, size: 2);
        var node = cluster.Nodes[0];
        await using var agent = new SerfAgentProcess("agent-with-long-name", node.PeerPort, "-tag", "role=web", "-tag", "zone=eu");
        await using var failing = new SerfAgentProcess("b", node.PeerPort);
        await SeesAsync(node, "agent-with-long-name alive", "b alive", "host1 alive", "host2 alive");

        foreach (var arguments in new string[][] { [], ["-detailed"], ["-status", "alive", "-name", "host.*"], ["-tag", "role=w.b"] })
        {
            await SameAsync(arguments);
        }

        await failing.KillAsync();
        await SeesAsync(node, "agent-with-long-name alive", "b failed", "host1 alive", "host2 alive");
        await SameAsync([]);
        Assert.Equal((await agent.RunAsync("reachability")).Output, (await RunAsync(node, "reachability")).Output);
        Assert.Equal(Lines((await agent.RunAsync("query", "-timeout=1s", "q")).Output), Lines((await RunAsync(node, "query", "-timeout=1s", "q")).Output));
        Assert.Equal((await agent.RunAsync("event", "e", "p")).Output, (await RunAsync(node, "event", "e", "p")).Output);

        Task SameAsync(string[] arguments) => Eventually.BecomesTrueAsync(
            async () => Lines((await agent.RunAsync("members", arguments)).Output).SequenceEqual(Lines((await RunAsync(node, ["members", .. arguments])).Output)),
            $"serf and keva say the same to members {string.Join(' ', arguments)}",
            pause: Eventually.BetweenPrograms);

        // Serf's program tells members and tags in a random order, and its last line ends without spaces. A column that is wider than
        // one of its cells leaves an odd space in front of the next: it is a cell of its own here, and belongs to no tag.
        static IEnumerable<string> Lines(string text) => text.TrimEnd('\n').Split('\n')
            .Select(line => string.Join(' ', line.TrimEnd().Split(' ').Select(cell => string.Join(',', cell.Split(',').Order(StringComparer.Ordinal)))))
            .Order(StringComparer.Ordinal);
    }

    private static Task<ProgramResult> RunAsync(NodeUnderTest node, params string[] arguments) =>
        KevaProcess.RunAsync([.. arguments, "--address", node.Url]);

    private static async Task SucceedsAsync(string expected, NodeUnderTest node, params string[] arguments)
    {
        var result = await RunAsync(node, arguments);
        Assert.Equal((0, "", expected), (result.ExitCode, result.Errors, result.Output.TrimEnd('\n')));
    }

    private static async Task FailsAsync(int exitCode, string sentence, NodeUnderTest node, params string[] arguments)
    {
        var result = await RunAsync(node, arguments);
        Assert.Equal((exitCode, ""), (result.ExitCode, result.Output));
        Assert.Contains(sentence, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    private static async Task<string[]> MembersAsync(NodeUnderTest node, params string[] arguments)
    {
        var result = await RunAsync(node, ["members", "--format", "json", .. arguments]);
        Assert.Equal(0, result.ExitCode);
        using var json = JsonDocument.Parse(result.OutputBytes);
        return [.. json.RootElement.GetProperty("members").EnumerateArray().Select(member => $"{member.GetProperty("name")} {member.GetProperty("status")}")];
    }

    private static Task SeesAsync(NodeUnderTest node, params string[] expected) => Eventually.BecomesTrueAsync(
        async () => (await MembersAsync(node)).SequenceEqual(expected), $"{node.Name} sees {string.Join(", ", expected)}", TimeSpan.FromMinutes(1));
}
