using System.Text;
using Keva.Serf;
using Xunit.Abstractions;

namespace Keva.Tests.Serf.Interop;

/// <summary>The node of the product in one cluster with real agents.</summary>
public sealed class RealAgentTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Detection = TimeSpan.FromSeconds(30);
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] NewKey = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    [FactWithSerfAgent]
    public async Task Agents_and_nodes_join_each_other_and_see_each_others_tags()
    {
        await using var agent = await SerfAgent.StartAsync("agent", "-tag", "role=web");
        await using var other = await SerfAgent.StartAsync("other", "-tag", "role=db");
        await using var node = new SocketNode("node", options => options with { Tags = new Dictionary<string, string> { ["role"] = "keva", ["http"] = "x" } });

        await agent.RunAsync("join", node.Address.ToString());
        node.Do((serf, now) => serf.Join(now, [other.Address]));
        await agent.UntilSeesAsync("node", "alive", Soon);
        await agent.UntilSeesAsync("other", "alive", Soon);
        await other.UntilSeesAsync("node", "alive", Soon);

        Assert.Equal(new Dictionary<string, string> { ["role"] = "keva", ["http"] = "x" }, (await agent.MemberAsync("node"))!.Value.Tags);
        Assert.Equal("web", node.Serf.Members.Single(member => member.Name == "agent").Tags["role"]);
        Assert.Equal("db", node.Serf.Members.Single(member => member.Name == "other").Tags["role"]);
        Assert.Equal(1, Assert.Single(node.ReportsOf<JoinFinished>()).Contacted);

        node.Do((serf, now) => serf.SetTags(now, new Dictionary<string, string> { ["role"] = "new" }));
        await Patience.UntilAsync(async () => (await other.MemberAsync("node"))!.Value.Tags["role"] == "new", "new tags", Soon);
        await agent.RunAsync("tags", "-set", "role=changed");
        await Patience.UntilAsync(() => node.Serf.Members.Single(member => member.Name == "agent").Tags["role"] == "changed", "new tags", Soon);
        AssertNoProtocolErrors(agent, other);
        Assert.Equal(0, node.Serf.RefusedMessages);
    }

    [FactWithSerfAgent]
    public async Task A_node_that_leaves_is_left_and_one_that_dies_is_failed_to_agents()
    {
        await using var agent = await SerfAgent.StartAsync("agent");
        await using var other = await SerfAgent.StartAsync("other");
        await using var leaver = new SocketNode("leaver");
        var victim = new SocketNode("victim");
        await agent.RunAsync("join", leaver.Address.ToString(), victim.Address.ToString(), other.Address.ToString());
        await other.UntilSeesAsync("leaver", "alive", Soon);
        await other.UntilSeesAsync("victim", "alive", Soon);

        leaver.Do((serf, now) => serf.Leave(now));
        var left = await other.UntilSeesAsync("leaver", "left", Soon);
        await agent.UntilSeesAsync("leaver", "left", Soon);
        await Patience.UntilAsync(() => leaver.ReportsOf<LeaveFinished>().Count == 1, "leaving ends", Soon);
        await victim.DisposeAsync();
        var failed = await agent.UntilSeesAsync("victim", "failed", Detection);
        await agent.RunAsync("force-leave", "victim");
        await other.UntilSeesAsync("victim", "left", Soon);

        output.WriteLine($"left after {left}, failed after {failed}");
        AssertNoProtocolErrors(agent, other);
    }

    [FactWithSerfAgent]
    public async Task An_agent_that_leaves_is_left_and_one_that_dies_is_failed_to_nodes()
    {
        await using var node = new SocketNode("node");
        await using var third = new SocketNode("third");
        await using var leaver = await SerfAgent.StartAsync("leaver");
        await using var victim = await SerfAgent.StartAsync("victim");
        node.Do((serf, now) => serf.Join(now, [leaver.Address, victim.Address, third.Address]));
        foreach (var name in (string[])["leaver", "victim", "third"])
        {
            await node.UntilSeesAsync(name, MemberStatus.Alive, Soon);
        }

        await leaver.RunAsync("leave");
        await node.UntilSeesAsync("leaver", MemberStatus.Left, Soon);
        await third.UntilSeesAsync("leaver", MemberStatus.Left, Soon);
        victim.Kill();
        var failed = await node.UntilSeesAsync("victim", MemberStatus.Failed, Detection);
        await third.UntilSeesAsync("victim", MemberStatus.Failed, Detection);

        output.WriteLine($"failed after {failed}");
        Assert.DoesNotContain(node.ReportsOf<MemberChanged>(), change => change.Kind == MemberEventKind.Failed && change.Member.Name == "leaver");
    }

    [FactWithSerfAgent]
    public async Task Events_and_queries_go_both_ways()
    {
        await using var agent = await SerfAgent.StartAsync("agent", "-event-handler=query:load=echo busy");
        await using var node = new SocketNode("node") { Answer = query => Encoding.UTF8.GetBytes($"{query.Name}={Encoding.UTF8.GetString(query.Payload)}") };
        await agent.RunAsync("join", node.Address.ToString());
        await node.UntilSeesAsync("agent", MemberStatus.Alive, Soon);

        await agent.RunAsync("event", "deploy", "v1");
        await Patience.UntilAsync(() => node.ReportsOf<UserEventReceived>().Exists(e => e.Name == "deploy" && e.Payload.AsSpan().SequenceEqual("v1"u8)), "the event", Soon);
        node.Do((serf, now) => serf.SendEvent(now, "from-node", "v2"u8.ToArray()));
        await Patience.UntilAsync(() => agent.LogText().Contains("from-node", StringComparison.Ordinal), "our event", Soon);

        var answers = await agent.RunAsync("query", "-timeout=3s", "uptime", "now");
        Assert.Contains("Response from 'node': uptime=now", answers, StringComparison.Ordinal);
        Assert.Contains("Ack from 'node'", answers, StringComparison.Ordinal);
        var filtered = await agent.RunAsync("query", "-timeout=2s", "-node=agent", "uptime");
        Assert.DoesNotContain("'node'", filtered, StringComparison.Ordinal);

        var id = node.Do((serf, now) => serf.Query(now, "load", [], new QueryParameters { WantsAcknowledgements = true }));
        await Patience.UntilAsync(() => node.ReportsOf<QueryFinished>().Exists(finished => finished.Query == id), "the end of our query", Soon);
        Assert.Contains(node.ReportsOf<QueryAnswered>(), answer => answer.From == "agent" && answer.Payload.AsSpan().SequenceEqual("busy\n"u8));
        Assert.Contains(node.ReportsOf<QueryAcknowledged>(), acknowledged => acknowledged.From == "agent");

        Assert.Contains("Successfully contacted all live nodes", await agent.RunAsync("reachability"), StringComparison.Ordinal);
        await Patience.UntilAsync(async () => (await agent.TryRunAsync("rtt", "node")).ExitCode == 0, "coordinates", Soon);
        AssertNoProtocolErrors(agent);
    }

    [FactWithSerfAgent]
    public async Task With_encryption_all_is_as_without_and_keys_are_exchanged_by_the_agents_command()
    {
        await using var agent = await SerfAgent.StartAsync("agent", $"-encrypt={Convert.ToBase64String(Key)}");
        await using var node = new SocketNode("node", options => options with { Keyring = Keyring.Of(Key) });
        await using var plain = new SocketNode("plain");
        node.Do((serf, now) => serf.Join(now, [agent.Address]));
        plain.Do((serf, now) => serf.Join(now, [agent.Address]));
        await agent.UntilSeesAsync("node", "alive", Soon);
        await Patience.UntilAsync(() => plain.ReportsOf<JoinFinished>().Count == 1, "the refusal", Soon);
        Assert.Equal(0, plain.ReportsOf<JoinFinished>()[0].Contacted);
        Assert.Null(await agent.MemberAsync("plain"));

        await agent.RunAsync("keys", $"-install={Convert.ToBase64String(NewKey)}");
        await agent.RunAsync("keys", $"-use={Convert.ToBase64String(NewKey)}");
        await agent.RunAsync("keys", $"-remove={Convert.ToBase64String(Key)}");
        Assert.Equal(NewKey, Assert.Single(node.Serf.Keyring.Keys));
        Assert.Contains("[2/2]", await agent.RunAsync("keys", "-list"), StringComparison.Ordinal);

        node.Do((serf, now) => serf.InstallKey(now, Key));
        await Patience.UntilAsync(() => node.ReportsOf<KeyOperationFinished>().Count == 1, "our key operation", Soon);
        Assert.True(node.ReportsOf<KeyOperationFinished>()[0].Result.Succeeded);
        await agent.RunAsync("event", "secret", "x");
        await Patience.UntilAsync(() => node.ReportsOf<UserEventReceived>().Exists(e => e.Name == "secret"), "the event", Soon);
        node.Do((serf, now) => serf.Leave(now));
        await agent.UntilSeesAsync("node", "left", Soon);
        Assert.Equal(0, node.Serf.RefusedMessages);
    }

    /// <summary>
    /// What an agent could not make sense of it complains about; and of a node that died, that it cannot be reached by stream
    /// either.
    /// </summary>
    private static void AssertNoProtocolErrors(params SerfAgent[] agents)
    {
        foreach (var agent in agents)
        {
            var complaints = agent.LogText().Split('\n').Where(IsComplaint);
            Assert.Empty(complaints);
        }
    }

    private static bool IsComplaint(string line) =>
        (line.Contains("[ERR] memberlist", StringComparison.Ordinal) || line.Contains("[ERR] serf", StringComparison.Ordinal))
        && !line.Contains("Failed fallback ping", StringComparison.Ordinal);
}
