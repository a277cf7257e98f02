using System.Text;
using Keva.Node.Configuration;

namespace Keva.Tests.Settings;

public sealed class KevaTomlTests : IDisposable
{
    private const string OneNode = """
        [[node]]
        identity = 'host1'
        address = 'localhost'
        keva_port = '3700'
        user_port = '3800'

        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Ports_and_wait_times_may_be_strings_or_numbers()
    {
        const string Document = """
            [[node]]
            identity='host1'
            address='localhost'
            keva_port='370'
            user_port='380'
            wait_time='5'
            [[node]]
            identity='host2'
            address='localhost'
            keva_port=371
            user_port=381
            wait_time=5
            """;
        foreach (var (identity, kevaPort, userPort) in (ReadOnlySpan<(string, int, int)>)[("host1", 370, 380), ("host2", 371, 381)])
        {
            var settings = SettingsLoader.Load(Options(Document) with { NodeIdentity = identity }).Settings;
            Assert.NotNull(settings);
            Assert.Equal(new HostAndPort("localhost", kevaPort), settings.PeerEndpoint);
            Assert.Equal(new HostAndPort("localhost", userPort), settings.HttpEndpoint);
            Assert.Equal(TimeSpan.FromSeconds(5), settings.Raft.ElectionTimeout);
        }
    }

    [Fact]
    public void Nodes_may_be_written_as_an_array_of_inline_tables()
    {
        var settings = SettingsLoader.Load(Options("node = [{identity='a', address='h.example', keva_port=1, user_port=2}]")).Settings;
        Assert.Equal("a", settings?.Identity);
    }

    [Fact]
    public void The_http_table_takes_underscores_or_hyphens()
    {
        var result = SettingsLoader.Load(Options(OneNode + """
            [http]
            request_timeout = '9s'
            leader-wait = '4s'
            max_connections = 77
            forward_writes = false
            """));
        Assert.Empty(result.Problems);
        Assert.Equal(TimeSpan.FromSeconds(9), result.Settings!.Http.RequestTimeout);
        Assert.Equal(TimeSpan.FromSeconds(4), result.Settings.Http.LeaderWait);
        Assert.Equal(77, result.Settings.Http.MaxConnections);
        Assert.False(result.Settings.Http.ForwardWrites);
    }

    [Theory]
    [InlineData("[[node]]\n", 6, "this [[node]] has no identity", "this [[node]] has no address", "this [[node]] has no keva_port", "this [[node]] has no user_port")]
    [InlineData("[[nodes]]\nx=1", 6, "unknown key 'nodes'; did you mean 'node'?")]
    [InlineData("[http]\nrequest_timout='5s'", 7, "unknown setting 'http.request_timout'; did you mean 'http.request_timeout'?")]
    [InlineData("[http]\nrequest_timeout=5", 7, "http.request_timeout needs a unit, as in '5s' or '5ms'; it is '5'")]
    [InlineData("[http]\nrequest_timeout=2024-01-01", 7, "http.request_timeout must be a time such as 10ms (units: us, ms, s, m, h); it is a local date")]
    [InlineData("[http]\nmax_connections=\"7\\u0000\"", 7, "http.max_connections must be a whole number; it is '7\\u0000'")]
    [InlineData("[http]\nrequest_timeout='20m'", 7, "http.request_timeout must be from 10ms to 10m; it is '20m'")]
    [InlineData("[http]\nleader_wait='1s'\nleader-wait='2s'", 8, "'leader-wait' is the same setting as 'leader_wait' in line 7")]
    [InlineData("http=1", 6, "this is not checked", null)]
    [InlineData("[cluster]\nname='a b'", 7, "cluster.name must be 1 to 64 characters out of A-Z a-z 0-9 . _ -, the first a letter or a digit; it is 'a b'")]
    [InlineData("[cluster]\nname=[]", 7, "cluster.name must be 1 to 64 characters out of A-Z a-z 0-9 . _ -, the first a letter or a digit; it is an array")]
    [InlineData("[cluster]\nnam='a'", 7, "unknown key 'nam' in [cluster]; did you mean 'name'?")]
    [InlineData("[[cluster]]\nname='a'", 6, "'cluster' must be a table, [cluster], not an array of tables")]
    [InlineData("[security]\nx=1", 6, "[security] is not supported yet: take it out; Keva has neither TLS nor tokens so far")]
    [InlineData("a = 'x", 6, "unknown key 'a' in [[node]]", null)]
    public void A_bad_table_is_refused_with_its_line(string appended, int line, params string?[] messages)
    {
        var document = OneNode + appended;
        if (messages[^1] is null)
        {
            document = appended + "\n" + OneNode;
            line = 1;
            messages = appended[0] == 'h'
                ? ["'http' must be a table, [http], not an integer"]
                : ["this string is not closed: ' is missing at the end of it"];
        }

        var options = Options(document);
        var problems = SettingsLoader.Load(options).Problems.Select(problem => problem.ToString());
        Assert.Equal(messages.Select(message => $"{options.ConfigFile}:{line}: {message}"), problems);
    }

    [Theory]
    [InlineData("keva_port = '3700'", "keva_port = 0", 4, "keva_port: '0' is not a port: it must be a number from 1 to 65535")]
    [InlineData("keva_port = '3700'", "keva_port = 65536", 4, "keva_port: '65536' is not a port: it must be a number from 1 to 65535")]
    [InlineData("keva_port = '3700'", "keva_port = -1", 4, "keva_port: '-1' is not a port: it must be a number from 1 to 65535")]
    [InlineData("keva_port = '3700'", "keva_port = 'http'", 4, "keva_port: 'http' is not a port: it must be a number from 1 to 65535")]
    [InlineData("keva_port = '3700'", "keva_port = ''", 4, "keva_port: '' is not a port: it must be a number from 1 to 65535")]
    [InlineData("keva_port = '3700'", "keva_port = ' 1'", 4, "keva_port: ' 1' is not a port: it must be a number from 1 to 65535")]
    [InlineData("keva_port = '3700'", "keva_port = \"1\\u0000\"", 4, "keva_port: '1\\u0000' is not a port: it must be a number from 1 to 65535")]
    [InlineData("keva_port = '3700'", "keva_port = 37.5", 4, "keva_port: it must be a number or a string with one, not a float")]
    [InlineData("user_port = '3800'", "user_port = true", 5, "user_port: it must be a number or a string with one, not a boolean")]
    [InlineData("user_port = '3800'", "user_prt = 3800", 5, "unknown key 'user_prt' in [[node]]; did you mean 'user_port'?", "1: this [[node]] has no user_port")]
    [InlineData("user_port = '3800'", "user-port = 3800", 5, "unknown key 'user-port' in [[node]]; did you mean 'user_port'?", "1: this [[node]] has no user_port")]
    [InlineData("user_port = '3800'", "user_port = 3700", 1, "localhost:3700 as the user_port of 'host1' is taken: it is the keva_port of 'host1' (FILE:1)")]
    [InlineData("identity = 'host1'", "identity = ''", 2, "identity: '' is not a name: it must be 1 to 64 characters out of A-Z a-z 0-9 . _ -, the first a letter or a digit")]
    [InlineData("identity = 'host1'", "identity = '../x'", 2, "identity: '../x' is not a name: it must be 1 to 64 characters out of A-Z a-z 0-9 . _ -, the first a letter or a digit")]
    [InlineData("identity = 'host1'", "identity = 'ho st'", 2, "identity: 'ho st' is not a name: it must be 1 to 64 characters out of A-Z a-z 0-9 . _ -, the first a letter or a digit")]
    [InlineData("identity = 'host1'", "identity = 7", 2, "identity: it must be a string, not an integer")]
    [InlineData("address = 'localhost'", "address = ''", 3, "address: the host is empty")]
    [InlineData("address = 'localhost'", "address = '0.0.0.0'", 3, "address: '0.0.0.0' stands for every address of this machine; give one that the other nodes can reach")]
    [InlineData("address = 'localhost'", "address = 'localhost:3700'", 3, "address: 'localhost:3700' is not a host: a port does not belong here, and an IPv6 address stands without brackets")]
    [InlineData("address = 'localhost'", "address = 'http://x'", 3, "address: 'http://x' is not a host: a port does not belong here, and an IPv6 address stands without brackets")]
    [InlineData("address = 'localhost'", "address = \"fe80::1%\\u0012\"", 3, "address: 'fe80::1%\\u0012' is not a host: a port does not belong here, and an IPv6 address stands without brackets")]
    [InlineData("address = 'localhost'", "address = 'a b'", 3, "address: 'a b' is neither a host name nor an IP address")]
    [InlineData("address = 'localhost'", "address = '3700'", 3, "address: '3700' is neither a host name nor an IP address")]
    [InlineData("address = 'localhost'", "address = '127.0.0.300'", 3, "address: '127.0.0.300' is neither a host name nor an IP address")]
    public void A_bad_node_is_refused_with_its_line(string good, string bad, int line, string message, string? another = null)
    {
        var options = Options(OneNode.Replace(good, bad, StringComparison.Ordinal));
        var problems = SettingsLoader.Load(options).Problems.Select(problem => problem.ToString());
        var expected = another is null ? [$"{line}: {message}"] : new[] { $"{line}: {message}", another };
        Assert.Equal(expected.Select(text => $"{options.ConfigFile}:{text.Replace("FILE", options.ConfigFile, StringComparison.Ordinal)}"), problems);
    }

    [Theory]
    [InlineData("'soon'")]
    [InlineData("''")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("'5s'")]
    [InlineData("\"5\\u0000\"")]
    [InlineData("nan")]
    [InlineData("true")]
    [InlineData("[]")]
    public void A_bad_wait_time_is_refused(string written)
    {
        var options = Options(OneNode + $"wait_time = {written}");
        Assert.Equal(
            $"{options.ConfigFile}:6: wait_time: it must be a number of seconds above zero, such as 5 or 0.8",
            Assert.Single(SettingsLoader.Load(options).Problems).ToString());
    }

    [Theory]
    [InlineData("0.001", "wait_time must be from 10ms to 10m; it is '0.001s'")]
    [InlineData("601", "wait_time must be from 10ms to 10m; it is '601s'")]
    public void A_wait_time_out_of_range_is_refused(string written, string message)
    {
        var options = Options(OneNode + $"wait_time = {written}");
        Assert.Equal($"{options.ConfigFile}:6: {message}", Assert.Single(SettingsLoader.Load(options).Problems).ToString());
    }

    [Fact]
    public void A_wait_time_that_the_heartbeat_does_not_fit_into_is_refused_where_it_stands()
    {
        var options = Options(OneNode + "wait_time = 0.15");
        var problem = Assert.Single(SettingsLoader.Load(options).Problems).ToString();
        Assert.StartsWith($"{options.ConfigFile}:6: raft.heartbeat-interval (100ms, from built-in reference.conf:", problem, StringComparison.Ordinal);
        Assert.EndsWith($"must be under half of raft.election-timeout (150ms, from {options.ConfigFile}:6)", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_doubled_identity_is_refused()
    {
        var options = Options(OneNode + OneNode.Replace("37", "47", StringComparison.Ordinal).Replace("38", "48", StringComparison.Ordinal));
        Assert.Equal(
            $"{options.ConfigFile}:6: identity 'host1' is taken: {options.ConfigFile}:1 has it, too",
            Assert.Single(SettingsLoader.Load(options).Problems).ToString());
    }

    [Theory]
    [InlineData("localhost", "3700", "4800", "localhost:3700 as the keva_port of 'host2' is taken: it is the keva_port of 'host1'")]
    [InlineData("LOCALHOST", "4700", "3800", "LOCALHOST:3800 as the user_port of 'host2' is taken: it is the user_port of 'host1'")]
    [InlineData("127.0.0.1", "3800", "4800", "127.0.0.1:3800 as the keva_port of 'host2' is taken: it is the user_port of 'host1'")]
    [InlineData("::1", "4700", "3700", "[::1]:3700 as the user_port of 'host2' is taken: it is the keva_port of 'host1'")]
    public void A_doubled_address_is_refused_whatever_it_is_called(string address, string kevaPort, string userPort, string message)
    {
        var options = Options(OneNode + $"[[node]]\nidentity='host2'\naddress='{address}'\nkeva_port={kevaPort}\nuser_port={userPort}");
        Assert.Equal(
            $"{options.ConfigFile}:6: {message} ({options.ConfigFile}:1)",
            Assert.Single(SettingsLoader.Load(options).Problems).ToString());
    }

    [Fact]
    public void The_same_ports_on_other_hosts_are_fine()
    {
        var options = Options(OneNode + "[[node]]\nidentity='host2'\naddress='10.0.0.2'\nkeva_port=3700\nuser_port=3800");
        Assert.Empty(SettingsLoader.Load(options with { NodeIdentity = "host2" }).Problems);
    }

    [Fact]
    public void An_identity_that_is_not_in_the_file_is_refused_with_those_that_are()
    {
        var options = Options(OneNode) with { NodeIdentity = "host2" };
        Assert.Equal(
            $"--node-identity: 'host2' is not in {options.ConfigFile}, which lists host1; did you mean 'host1'?",
            Assert.Single(SettingsLoader.Load(options).Problems).ToString());
    }

    [Fact]
    public void Several_nodes_without_an_identity_are_refused_with_their_names()
    {
        var options = new StartOptions { ConfigFile = Repository.PathOf("keva.toml") };
        Assert.Equal(
            $"{options.ConfigFile}: the file lists several nodes; say with --node-identity which of them this is: host1, host2, host3",
            Assert.Single(SettingsLoader.Load(options).Problems).ToString());
    }

    [Fact]
    public void A_file_without_nodes_is_refused()
    {
        var options = Options("[cluster]\nname='x'");
        Assert.Equal(
            $"{options.ConfigFile}: the file lists no [[node]]; add one, or give --node-identity, --keva-address and --user-address",
            Assert.Single(SettingsLoader.Load(options).Problems).ToString());
    }

    [Fact]
    public void A_file_that_is_not_there_is_refused()
    {
        var path = Path.Combine(_directory.Path, "no.toml");
        Assert.Equal(
            $"{path}: the configuration file cannot be read: there is no such file",
            Assert.Single(SettingsLoader.Load(new StartOptions { ConfigFile = path }).Problems).ToString());
    }

    [Fact]
    public void A_directory_is_refused()
    {
        Assert.Equal(
            $"{_directory.Path}: the configuration file cannot be read: it is a directory, not a file",
            Assert.Single(SettingsLoader.Load(new StartOptions { ConfigFile = _directory.Path }).Problems).ToString());
    }

    [Fact]
    public void A_file_without_end_is_refused()
    {
        var path = _directory.Write("long.toml", new string('\n', 1024 * 1024 + 1));
        Assert.Equal(
            $"{path}: the configuration file cannot be read: it is longer than 1MiB",
            Assert.Single(SettingsLoader.Load(new StartOptions { ConfigFile = path }).Problems).ToString());
    }

    [Theory]
    [InlineData("host1")]
    [InlineData("host2")]
    [InlineData("host3")]
    public void The_sample_starts_each_of_its_nodes(string identity)
    {
        var result = SettingsLoader.Load(new StartOptions { ConfigFile = Repository.PathOf("keva.toml"), NodeIdentity = identity });
        Assert.Empty(result.Problems);
        Assert.Equal(["localhost:3700", "localhost:3701", "localhost:3702"], result.Settings!.InitialMembers.Select(member => member.PeerEndpoint.ToString()));
        Assert.Equal(["localhost:3800", "localhost:3801", "localhost:3802"], result.Settings.InitialMembers.Select(member => member.HttpEndpoint.ToString()));
    }

    [Fact]
    public void Check_finds_the_problems_of_every_node_once()
    {
        Assert.Empty(SettingsLoader.Check(new StartOptions { ConfigFile = Repository.PathOf("keva.toml") }));
        var bad = File.ReadAllText(Repository.PathOf("keva.toml")) + "wait_time = 0.1\n[http]\nleader_wait='7s'";
        var options = Options(bad);
        var problems = SettingsLoader.Check(options).Select(problem => problem.Message).ToList();
        Assert.Equal(2, problems.Count);
        Assert.Single(problems, problem => problem.StartsWith("http.leader-wait (7s", StringComparison.Ordinal));
        Assert.Single(problems, problem => problem.StartsWith("raft.heartbeat-interval (100ms", StringComparison.Ordinal));
    }

    [Fact]
    public void Very_many_problems_are_cut_off()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 20_000; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"http.k{i} = 1\n");
        }

        Assert.Equal(101, SettingsLoader.Load(Options(text + OneNode)).Problems.Length);
        Assert.Equal(101, SettingsLoader.Load(new StartOptions { Hocon = [_directory.Write("x.conf", text.ToString())] }).Problems.Length);
    }

    private StartOptions Options(string document) => new() { ConfigFile = _directory.Write("keva.toml", document) };
}
