using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary><c>keva kv</c> against a cluster of one that <c>keva start</c> made, and against others.</summary>
public sealed class KvCommandTests(ITestOutputHelper output)
{
    [Fact]
    public async Task It_sets_gets_and_deletes_whatever_the_key_is()
    {
        using var directory = new TemporaryDirectory();
        var port = FreePorts.Next();
        var url = $"http://127.0.0.1:{port}";
        string[] start = ["start", "--working-directory", "data", "--keva-address", $"127.0.0.1:{FreePorts.Next()}", "--user-address", $"127.0.0.1:{port}"];
        await using var node = KevaProcess.Start(start, directory: directory.Path);
        using var client = new KevaClient(url);
        await Eventually.BecomesTrueAsync(() => client.IsReadyAsync(), "the cluster of one is ready");
        var environment = new Dictionary<string, string> { ["KEVA_ADDRESS"] = url };

        foreach (var key in new[] { "plain", "a/b c", "ключ", "..", "%2F", "-" })
        {
            var set = await RunAsync("set", key, "value of " + key);
            Assert.Equal(0, set.ExitCode);
            Assert.StartsWith("revision ", set.Output, StringComparison.Ordinal);
            var get = await RunAsync("get", key);
            Assert.Equal(0, get.ExitCode);
            Assert.Equal("value of " + key, get.Output);
            Assert.Equal("value of " + key, (await client.GetAsync(key)).Text);
        }

        var bytes = RandomNumberGenerator.GetBytes(100_000);
        Assert.Equal(0, (await KevaProcess.RunAsync(["kv", "set", "bytes", "-"], bytes, environment)).ExitCode);
        Assert.Equal(bytes, (await RunAsync("get", "bytes")).OutputBytes);
        Assert.Equal(0, (await KevaProcess.RunAsync(["kv", "set", "empty", "-"], [], environment)).ExitCode);
        Assert.Empty((await RunAsync("get", "empty")).OutputBytes);
        Assert.Contains("\"revision\"", (await RunAsync("get", "plain", "--format", "json")).Output, StringComparison.Ordinal);

        Assert.Equal(0, (await RunAsync("delete", "plain")).ExitCode);
        foreach (var missing in new[] { await RunAsync("get", "plain"), await RunAsync("delete", "plain"), await RunAsync("get", "plain", "--stale") })
        {
            Assert.Equal(4, missing.ExitCode);
            Assert.Empty(missing.Output);
            Assert.Equal("keva: there is no key 'plain'", Assert.Single(missing.ErrorLines));
        }

        var tooLarge = await KevaProcess.RunAsync(["kv", "set", "large", "-"], new byte[1024 * 1024 + 1], environment);
        Assert.Equal(1, tooLarge.ExitCode);
        Assert.Contains("1048576", Assert.Single(tooLarge.ErrorLines), StringComparison.Ordinal);

        Task<ProgramResult> RunAsync(params string[] arguments) => KevaProcess.RunAsync(["kv", .. arguments], environment: environment);
    }

    [Fact]
    public async Task Without_a_leader_it_exits_with_3_and_without_a_node_it_says_how_to_find_one()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, size: 2, settings: ["http.leader-wait=500ms"]);
        var survivor = cluster.Nodes[0];
        Assert.Equal(0, (await KevaProcess.RunAsync("kv", "set", "a", "b", "--address", survivor.Url)).ExitCode);
        await cluster.Nodes[1].KillAsync();

        var noLeader = await KevaProcess.RunAsync("kv", "get", "a", "--address", survivor.Url);
        Assert.Equal(3, noLeader.ExitCode);
        Assert.Contains("leader", Assert.Single(noLeader.ErrorLines), StringComparison.Ordinal);
        Assert.Equal("b", (await KevaProcess.RunAsync("kv", "get", "a", "--stale", "--address", survivor.Url)).Output);

        var noNode = await KevaProcess.RunAsync("kv", "get", "a", "--address", cluster.Nodes[1].Url);
        Assert.Equal(1, noNode.ExitCode);
        Assert.Contains(cluster.Nodes[1].Url, Assert.Single(noNode.ErrorLines), StringComparison.Ordinal);
        Assert.Contains("--address", noNode.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html>welcome</html>")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"revision\":\"1\"}")]
    [InlineData("{\"revision\":1e99}")]
    public async Task A_server_that_is_no_node_is_told_from_one(string answer)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            using var reader = new StreamReader(client.GetStream());
            while (await reader.ReadLineAsync() is { Length: > 0 })
            {
            }

            await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {answer.Length}\r\nConnection: close\r\n\r\n{answer}"));
        });

        var result = await KevaProcess.RunAsync("kv", "delete", "a", "--address", $"http://{listener.LocalEndpoint}");

        await serving;
        Assert.Equal(1, result.ExitCode);
        Assert.Equal($"keva: what answers at http://{listener.LocalEndpoint}/ is not a Keva node; is --address right?", Assert.Single(result.ErrorLines));
    }

    [Fact]
    public async Task Help_names_every_command_and_the_version_is_a_number()
    {
        var help = await KevaProcess.RunAsync("--help");
        Assert.Equal(0, help.ExitCode);
        Assert.All(["start", "dev", "kv", "config", "--config-file", "--set"], word => Assert.Contains(word, help.Output, StringComparison.Ordinal));
        var version = await KevaProcess.RunAsync("--version");
        Assert.Equal(0, version.ExitCode);
        Assert.True(Version.TryParse(version.Output.Trim(), out _), Encoding.UTF8.GetString(version.OutputBytes));
    }
}
