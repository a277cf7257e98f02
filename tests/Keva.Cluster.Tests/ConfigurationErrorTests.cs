using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>What the program says when it is started wrongly.</summary>
public sealed class ConfigurationErrorTests(ITestOutputHelper output)
{
    private const string GoodNode = "[[node]]\nidentity='host1'\naddress='127.0.0.1'\nkeva_port='3700'\nuser_port='3800'\n";

    /// <summary>A keva.toml, the line that is wrong, and a word that the message must have.</summary>
    public static TheoryData<string, int, string> BadFiles => new()
    {
        { "[[node]\n", 1, "]" },
        { GoodNode + "colour='red'\n", 6, "colour" },
        { "[cluster]\nnom='x'\n" + GoodNode, 2, "nom" },
        { "[clutser]\nname='x'\n" + GoodNode, 1, "clutser" },
        { GoodNode + GoodNode.Replace("370", "371").Replace("380", "381"), 6, "host1" },
        { GoodNode + GoodNode.Replace("host1", "host2").Replace("3800", "3801"), 6, "3700" },
        { GoodNode.Replace("'3700'", "'70000'"), 4, "70000" },
        { GoodNode.Replace("'3700'", "'many'"), 4, "many" },
        { GoodNode.Replace("'3700'", "'3800'"), 1, "3800" },
        { GoodNode.Replace("user_port='3800'\n", ""), 1, "user_port" },
        { GoodNode.Replace("'host1'", "''"), 2, "identity" },
        { GoodNode + "wait_time='-1'\n", 6, "wait_time" },
        { GoodNode + "[http]\nrequest_timeout='soon'\n", 7, "soon" },
        { GoodNode + "identity='again'\n", 6, "identity" },
    };

    public static TheoryData<string, string> BadOptions => new()
    {
        { "--no-such-option", "--no-such-option" },
        { "frobnicate", "frobnicate" },
        { "start --set raft.no-such-setting=1", "raft.no-such-setting" },
        { "start --set raft.election-timeout=fast", "raft.election-timeout" },
        { "start --set raft.election-timeout", "raft.election-timeout" },
        { "start --set raft.heartbeat-interval=2s", "raft.heartbeat-interval" },
        { "start --hocon nowhere.conf", "nowhere.conf" },
        { "start --config-file nowhere.toml --node-identity host1", "nowhere.toml" },
        { "start --keva-address 127.0.0.1 --user-address 127.0.0.1:3800", "host:port" },
        { "start --keva-address 127.0.0.1:1 --user-address 127.0.0.1:99999", "99999" },
        { "start --join 127.0.0.1:3700", "--join" },
        { "dev --nodes 0", "--nodes" },
        { "dev --nodes many", "--nodes is a number, not 'many'" },
        { "dev --base-port 65535", "--base-port" },
        { "kv", "get, set, delete" },
        { "kv get", "needs a key" },
        { "kv set a", "needs a value" },
        { "kv get a --address nonsense", "nonsense" },
        { "kv get a --format xml", "xml" },
        { "config", "show, check" },
    };

    [Theory]
    [MemberData(nameof(BadFiles))]
    public async Task A_mistake_in_keva_toml_is_one_line_with_file_and_line(string text, int line, string word)
    {
        using var directory = new TemporaryDirectory();
        var file = directory.WriteFile("keva.toml", text);
        var result = await KevaProcess.RunAsync("start", "--config-file", file, "--node-identity", "host1", "--working-directory", directory.Sub("data"));
        output.WriteLine(result.Errors);
        Assert.Equal(2, result.ExitCode);
        var only = Assert.Single(result.ErrorLines);
        Assert.StartsWith($"keva: {file}:{line}", only, StringComparison.Ordinal);
        Assert.Contains(word, only[$"keva: {file}".Length..], StringComparison.Ordinal);
        Assert.False(Directory.Exists(directory.Sub("data")), "nothing is made for a node that cannot start");
    }

    [Theory]
    [MemberData(nameof(BadOptions))]
    public async Task A_wrong_option_is_one_line_that_names_it(string arguments, string word)
    {
        using var directory = new TemporaryDirectory();
        var result = await KevaProcess.RunAsync(arguments.Split(' '), directory: directory.Path);
        output.WriteLine(result.Errors);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(word, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Empty(result.Output);
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
    }

    [Fact]
    public async Task A_setting_in_the_environment_that_does_not_exist_is_refused_by_its_name()
    {
        using var directory = new TemporaryDirectory();
        var result = await KevaProcess.RunAsync(
            ["start"], environment: new Dictionary<string, string> { ["KEVA__RAFT__ELECTION_TIMEOUTS"] = "1s" }, directory: directory.Path);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("KEVA__RAFT__ELECTION_TIMEOUTS", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_the_file_does_not_list_is_refused_with_those_that_it_does()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.WriteFile("keva.toml", GoodNode);
        var result = await KevaProcess.RunAsync("start", "--config-file", file, "--node-identity", "host9");
        Assert.Equal(2, result.ExitCode);
        var only = Assert.Single(result.ErrorLines);
        Assert.Contains("host9", only, StringComparison.Ordinal);
        Assert.Contains("host1", only, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_that_is_in_use_or_of_another_node_is_refused_by_name()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, size: 2);
        var (first, second) = (cluster.Nodes[0], cluster.Nodes[1]);

        var inUse = await StartOnAsync(cluster, second.Name, first.DataDirectory);
        Assert.Equal(1, inUse.ExitCode);
        Assert.Contains(first.DataDirectory, Assert.Single(inUse.ErrorLines), StringComparison.Ordinal);
        Assert.Contains("in use", inUse.Errors, StringComparison.Ordinal);
        Assert.Contains(first.Process.Id.ToString(CultureInfo.InvariantCulture), inUse.Errors, StringComparison.Ordinal);

        await first.StopAsync();
        var anothers = await StartOnAsync(cluster, second.Name, first.DataDirectory);
        Assert.Equal(1, anothers.ExitCode);
        Assert.Contains(first.DataDirectory, Assert.Single(anothers.ErrorLines), StringComparison.Ordinal);
        Assert.Contains("'host1'", anothers.Errors, StringComparison.Ordinal);
        Assert.Contains("'host2'", anothers.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_port_that_is_in_use_is_refused_by_name(bool peerPort)
    {
        using var directory = new TemporaryDirectory();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var (keva, user) = peerPort ? (port, FreePorts.Next()) : (FreePorts.Next(), port);
        var result = await KevaProcess.RunAsync(
            "start", "--working-directory", directory.Sub("data"), "--keva-address", $"127.0.0.1:{keva}", "--user-address", $"127.0.0.1:{user}");
        output.WriteLine(result.Errors);
        Assert.Equal(1, result.ExitCode);
        var said = Assert.Single(result.ErrorLines, line => line.StartsWith("keva: ", StringComparison.Ordinal));
        Assert.Contains(port.ToString(CultureInfo.InvariantCulture), said, StringComparison.Ordinal);
        Assert.Contains("in use", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Config_check_and_show_tell_what_a_node_would_start_with()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.WriteFile("keva.toml", GoodNode + "[http]\nrequest_timeout='7s'\n");
        string[] options = ["--config-file", file, "--node-identity", "host1"];

        var check = await KevaProcess.RunAsync(["config", "check", .. options]);
        Assert.Equal(0, check.ExitCode);
        Assert.Contains("good", check.Output, StringComparison.Ordinal);

        var show = await KevaProcess.RunAsync(["config", "show", .. options, "--set", "raft.election-timeout=800ms"]);
        Assert.Equal(0, show.ExitCode);
        var lines = show.Output.Split('\n');
        Assert.Contains(lines, line => line.StartsWith("raft.election-timeout ", StringComparison.Ordinal) && line.Contains("800ms", StringComparison.Ordinal) && line.Contains("--set", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("http.request-timeout ", StringComparison.Ordinal) && line.Contains("7s", StringComparison.Ordinal) && line.Contains($"{file}:7", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("raft.heartbeat-interval ", StringComparison.Ordinal) && line.Contains("100ms", StringComparison.Ordinal));

        var bad = await KevaProcess.RunAsync(["config", "check", .. options, "--set", "raft.election-timeout=1ms"]);
        Assert.Equal(2, bad.ExitCode);
        Assert.Empty(bad.Output);
        Assert.NotEmpty(bad.ErrorLines);
    }

    private static Task<ProgramResult> StartOnAsync(ClusterUnderTest cluster, string name, string directory) =>
        KevaProcess.RunAsync("start", "--config-file", cluster.ConfigFile, "--node-identity", name, "--working-directory", directory);
}
