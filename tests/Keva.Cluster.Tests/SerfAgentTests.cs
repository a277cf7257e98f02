using System.Text.Json;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>A stock Serf agent in the gossip of a cluster.</summary>
public sealed class SerfAgentTests(ITestOutputHelper output)
{
    private static readonly TimeSpan FailureIsKnown = TimeSpan.FromSeconds(20);

    [FactIfProgram("serf")]
    public Task An_agent_that_joins_one_node_sees_all_with_their_tags() => AgentSeesAllAsync(key: null);

    [FactIfProgram("serf")]
    public Task With_a_key_an_agent_that_has_it_sees_all_and_no_log_shows_it() =>
        AgentSeesAllAsync(Convert.ToBase64String(Enumerable.Range(7, 32).Select(i => (byte)i).ToArray()));

    private async Task AgentSeesAllAsync(string? key)
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, settings: key is null ? [] : [$"gossip.encrypt-key={key}"]);
        await using var agent = await SerfAgentUnderTest.StartAsync("agent", key is null ? [] : [$"-encrypt={key}"]);
        await agent.RunAsync("join", $"127.0.0.1:{cluster.Nodes[0].PeerPort}");

        await Eventually.BecomesTrueAsync(
            async () => await StatusesAsync(agent) == "agent=alive host1=alive host2=alive host3=alive", "the agent sees all nodes");
        foreach (var node in cluster.Nodes)
        {
            await node.WaitForLogAsync("Gossip: agent at ");
            var tags = (await MembersAsync(agent))[node.Name].Tags;
            Assert.Equal("keva", tags["role"]);
            Assert.Matches("^keva/[0-9a-f]{16}$", tags["cluster"]);
            Assert.Matches("^[0-9a-f]{16}$", tags["id"]);
            Assert.Equal($"127.0.0.1:{node.PeerPort}", tags["keva"]);
            Assert.Equal($"127.0.0.1:{node.UserPort}", tags["http"]);
            Assert.NotEmpty(tags["vsn"]);
        }

        await cluster.Nodes[2].KillAsync();
        await Eventually.BecomesTrueAsync(async () => (await StatusesAsync(agent)).EndsWith("host3=failed", StringComparison.Ordinal), "the agent sees the failure", FailureIsKnown);
        await cluster.Nodes[0].WaitForLogAsync("Gossip: host3 at ", FailureIsKnown);
        Assert.DoesNotContain("[ERR] memberlist", agent.Log.Replace("[ERR] memberlist: Failed fallback ping", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.All(cluster.Nodes, node => Assert.DoesNotContain(key ?? "no key", node.Log, StringComparison.Ordinal));
    }

    private static async Task<string> StatusesAsync(SerfAgentUnderTest agent) =>
        string.Join(' ', (await MembersAsync(agent)).OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"{member.Key}={member.Value.Status}"));

    private static async Task<Dictionary<string, (string Status, Dictionary<string, string> Tags)>> MembersAsync(SerfAgentUnderTest agent)
    {
        using var document = JsonDocument.Parse(await agent.RunAsync("members", "-format=json"));
        return document.RootElement.GetProperty("members").EnumerateArray().ToDictionary(
            member => member.GetProperty("name").GetString()!,
            member => (
                member.GetProperty("status").GetString()!,
                member.GetProperty("tags").EnumerateObject().ToDictionary(tag => tag.Name, tag => tag.Value.GetString()!)));
    }
}
