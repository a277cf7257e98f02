using Keva.Node.Configuration;

namespace Keva.Tests.Settings;

public sealed class SettingsLoaderTests : IDisposable
{
    private const string ThreeNodes = """
        [[node]]
        identity = 'host1'
        address = 'localhost'
        keva_port = '3700'
        user_port = 3800
        wait_time = '0.8'

        [[node]]
        identity = 'host3'
        address = 'localhost'
        keva_port = '3702'
        user_port = '3802'

        [[node]]
        identity = 'host2'
        address = 'localhost'
        keva_port = '3701'
        user_port = '3801'
        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_long_name_above_many_settings_does_not_take_memory_with_the_square_of_the_file()
    {
        var settings = string.Concat(Enumerable.Range(0, 50_000).Select(i => $"k{i}=1\n"));
        var file = _directory.Write("my.conf", new string('n', 500_000) + " {\n" + settings + "}");

        Assert.EndsWith("the names above the settings are far too long", Problem(new StartOptions { Hocon = [file] }), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_given_is_a_cluster_of_one()
    {
        var settings = Good(new StartOptions());
        Assert.Equal("keva", settings.Identity);
        Assert.Equal("keva", settings.ClusterName);
        Assert.Equal("keva-data", settings.WorkingDirectory);
        Assert.Equal("127.0.0.1:3700", settings.PeerEndpoint.ToString());
        Assert.Equal("127.0.0.1:3800", settings.HttpEndpoint.ToString());
        Assert.Equal(new InitialMember("keva", settings.PeerEndpoint, settings.HttpEndpoint), Assert.Single(settings.InitialMembers));
        Assert.Empty(settings.JoinAddresses);
    }

    [Fact]
    public void The_file_of_the_first_node_gives_its_place_and_its_fellows_in_the_order_of_their_names()
    {
        var settings = Good(File(ThreeNodes) with { NodeIdentity = "host2", WorkingDirectory = "./w2" });
        Assert.Equal("host2", settings.Identity);
        Assert.Equal("./w2", settings.WorkingDirectory);
        Assert.Equal("localhost:3701", settings.PeerEndpoint.ToString());
        Assert.Equal("localhost:3801", settings.HttpEndpoint.ToString());
        Assert.Equal(["host1", "host2", "host3"], settings.InitialMembers.Select(member => member.Name));
        Assert.Equal("localhost:3802", settings.InitialMembers[2].HttpEndpoint.ToString());
    }

    [Fact]
    public void Without_a_working_directory_each_node_of_a_file_has_its_own()
    {
        var settings = Good(File(ThreeNodes) with { NodeIdentity = "host2" });
        Assert.Equal(Path.Combine("keva-data", "host2"), settings.WorkingDirectory);
    }

    [Fact]
    public void A_wait_time_is_the_election_timeout_of_its_node_alone()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(800), Good(File(ThreeNodes) with { NodeIdentity = "host1" }).Raft.ElectionTimeout);
        Assert.Equal(TimeSpan.FromMilliseconds(500), Good(File(ThreeNodes) with { NodeIdentity = "host2" }).Raft.ElectionTimeout);
    }

    [Theory]
    [InlineData("'5'", 5000)]
    [InlineData("5", 5000)]
    [InlineData("2.5", 2500)]
    [InlineData("'0.25'", 250)]
    [InlineData("600", 600_000)]
    public void A_wait_time_counts_seconds(string written, int milliseconds)
    {
        var file = ThreeNodes.Replace("'0.8'", written, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Good(File(file) with { NodeIdentity = "host1" }).Raft.ElectionTimeout);
    }

    [Fact]
    public void A_file_with_one_node_needs_no_identity()
    {
        var one = ThreeNodes[..ThreeNodes.IndexOf("\n\n", StringComparison.Ordinal)];
        Assert.Equal("host1", Good(File(one)).Identity);
    }

    [Fact]
    public void A_node_in_no_file_joins_through_seeds_and_begins_with_nobody()
    {
        var settings = Good(new StartOptions
        {
            NodeIdentity = "host4",
            KevaAddress = "10.0.0.4:3703",
            UserAddress = "[::1]:3803",
            Join = ["127.0.0.1:3700,10.0.0.2:3702", "seed.example:3701"],
        });
        Assert.Empty(settings.InitialMembers);
        Assert.Equal(["127.0.0.1:3700", "10.0.0.2:3702", "seed.example:3701"], settings.JoinAddresses.Select(address => address.ToString()));
        Assert.Equal("10.0.0.4:3703", settings.PeerEndpoint.ToString());
        Assert.Equal("[::1]:3803", settings.HttpEndpoint.ToString());
        Assert.Equal("::1", settings.HttpEndpoint.Host);
    }

    [Fact]
    public void A_node_in_no_file_without_seeds_is_a_cluster_of_one()
    {
        var settings = Good(new StartOptions { NodeIdentity = "solo", KevaAddress = "127.0.0.1:1", UserAddress = "127.0.0.1:2" });
        Assert.Equal("solo", Assert.Single(settings.InitialMembers).Name);
        Assert.Equal(Path.Combine("keva-data", "solo"), settings.WorkingDirectory);
    }

    [Fact]
    public void A_node_outside_the_file_may_join_with_the_file_s_settings()
    {
        var settings = Good(File(ThreeNodes + "\n[cluster]\nname='blue'") with
        {
            NodeIdentity = "host4",
            KevaAddress = "127.0.0.1:3703",
            UserAddress = "127.0.0.1:3803",
            Join = ["127.0.0.1:3700"],
        });
        Assert.Equal("blue", settings.ClusterName);
        Assert.Empty(settings.InitialMembers);
    }

    [Fact]
    public void Each_layer_wins_over_the_one_before()
    {
        var options = new StartOptions();
        Assert.Equal(TimeSpan.FromSeconds(5), Good(options).Http.RequestTimeout);

        options = options with { Hocon = [_directory.Write("my.conf", "http { request-timeout = 6s }")] };
        Assert.Equal(TimeSpan.FromSeconds(6), Good(options).Http.RequestTimeout);

        options = options with { ConfigFile = _directory.Write("keva.toml", ThreeNodes + "\n[http]\nrequest_timeout = '7s'"), NodeIdentity = "host1" };
        Assert.Equal(TimeSpan.FromSeconds(7), Good(options).Http.RequestTimeout);

        options = options with { Environment = Variables(("KEVA__HTTP__REQUEST_TIMEOUT", "8s")) };
        Assert.Equal(TimeSpan.FromSeconds(8), Good(options).Http.RequestTimeout);

        options = options with { Set = ["http.request-timeout=9s"] };
        Assert.Equal(TimeSpan.FromSeconds(9), Good(options).Http.RequestTimeout);

        options = options with { Set = ["http.request-timeout=9s", "http.request-timeout=10s"] };
        Assert.Equal(TimeSpan.FromSeconds(10), Good(options).Http.RequestTimeout);
    }

    [Fact]
    public void Later_hocon_files_win_over_earlier_ones_and_see_their_values()
    {
        var first = _directory.Write("first.conf", "raft.election-timeout = 2s, base = 3s");
        var second = _directory.Write("second.conf", "raft { election-timeout = ${http.request-timeout}, tick-interval = ${?NO_SUCH} }");
        var result = SettingsLoader.Load(new StartOptions { Hocon = ["wan", first, second] });
        Assert.Equal($"{first}:1: unknown setting 'base'", Assert.Single(result.Problems).ToString());
        Assert.Equal("20s", Value(result, "raft.election-timeout").Value);
        Assert.Equal("100ms", Value(result, "raft.tick-interval").Value);
    }

    [Fact]
    public void Substitutions_see_the_environment_that_was_handed_in()
    {
        var file = _directory.Write("my.conf", "cluster.name = ${KEVA_NAME}");
        Assert.Equal("green", Good(new StartOptions { Hocon = [file], Environment = Variables(("KEVA_NAME", "green")) }).ClusterName);
        Assert.StartsWith($"{file}:1: ${{KEVA_NAME}} has no value", Problem(new StartOptions { Hocon = [file] }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("local", 250)]
    [InlineData("lan", 500)]
    [InlineData("wan", 3000)]
    public void A_profile_is_known_by_its_name(string profile, int electionTimeout)
    {
        Assert.Equal(TimeSpan.FromMilliseconds(electionTimeout), Good(new StartOptions { Hocon = [profile] }).Raft.ElectionTimeout);
    }

    [Fact]
    public void Every_value_shows_where_it_came_from()
    {
        var hocon = _directory.Write("my.conf", "journal {\n  wal-bytes = 1MiB\n}");
        var file = _directory.Write("keva.toml", ThreeNodes);
        var result = SettingsLoader.Load(new StartOptions
        {
            ConfigFile = file,
            NodeIdentity = "host1",
            Hocon = [hocon],
            Environment = Variables(("KEVA__HTTP__LEADER_WAIT", "1s")),
            Set = ["http.forward-writes=off"],
        });
        Assert.Empty(result.Problems);
        Assert.Equal(("1MiB", $"{hocon}:2"), Shown(result, "journal.wal-bytes"));
        Assert.Equal(("0.8s", $"{file}:6"), Shown(result, "raft.election-timeout"));
        Assert.Equal(("1s", "environment variable KEVA__HTTP__LEADER_WAIT"), Shown(result, "http.leader-wait"));
        Assert.Equal(("off", "--set http.forward-writes"), Shown(result, "http.forward-writes"));
        Assert.Equal(("host1", "--node-identity"), Shown(result, "node.identity"));
        Assert.Equal(("localhost:3700", $"{file}:1"), Shown(result, "node.keva-address"));
        Assert.Equal(("localhost:3802", $"{file}:8"), Shown(result, "members.host3.user-address"));
        Assert.StartsWith("built-in reference.conf:", Shown(result, "store.max-key-bytes").Origin, StringComparison.Ordinal);
        var paths = result.Effective.Values.Select(value => value.Path).ToList();
        Assert.Equal(paths.Order(StringComparer.Ordinal), paths);
        Assert.Equal(paths.Distinct(StringComparer.Ordinal), paths);
    }

    [Theory]
    [InlineData("nonsense", "--set nonsense: --set takes path=value, for example --set raft.election-timeout=800ms")]
    [InlineData("=5", "--set : --set takes path=value, for example --set raft.election-timeout=800ms")]
    [InlineData("raft.election-timout=1s", "--set raft.election-timout: unknown setting 'raft.election-timout'; did you mean 'raft.election-timeout'?")]
    [InlineData("raft.election_timeout=1s", "--set raft.election_timeout: unknown setting 'raft.election_timeout'; did you mean 'raft.election-timeout'?")]
    [InlineData("completely.different=1s", "--set completely.different: unknown setting 'completely.different'")]
    [InlineData("raft=1", "--set raft: 'raft' is a group of settings and cannot have a value of its own")]
    [InlineData("raft.tick-interval.x=1", "--set raft.tick-interval.x: unknown setting 'raft.tick-interval.x': raft.tick-interval is a setting itself, not a group")]
    [InlineData("raft.tick-interval=fast", "--set raft.tick-interval: raft.tick-interval must be a time such as 1ms (units: us, ms, s, m, h); it is 'fast'")]
    [InlineData("raft.tick-interval=", "--set raft.tick-interval: raft.tick-interval must be a time such as 1ms (units: us, ms, s, m, h); it is ''")]
    [InlineData("raft.tick-interval=2s", "--set raft.tick-interval: raft.tick-interval must be from 1ms to 1s; it is '2s'")]
    [InlineData("raft.tick-interval=-5ms", "--set raft.tick-interval: raft.tick-interval must be from 1ms to 1s; it is '-5ms'")]
    [InlineData("raft.max-append-bytes=1KB", "--set raft.max-append-bytes: raft.max-append-bytes must be a size such as 64KiB (units: B, KiB, MiB, GiB, kB, MB, GB); it is '1KB'")]
    [InlineData("raft.max-append-bytes=1B", "--set raft.max-append-bytes: raft.max-append-bytes must be from 1KiB to 64MiB; it is '1B'")]
    [InlineData("raft.max-inflight-appends=1.5", "--set raft.max-inflight-appends: raft.max-inflight-appends must be a whole number; it is '1.5'")]
    [InlineData("raft.max-inflight-appends=0", "--set raft.max-inflight-appends: raft.max-inflight-appends must be from 1 to 4096; it is '0'")]
    [InlineData("raft.lease-clock-drift=much", "--set raft.lease-clock-drift: raft.lease-clock-drift must be a number such as 0.1; it is 'much'")]
    [InlineData("raft.lease-clock-drift=1", "--set raft.lease-clock-drift: raft.lease-clock-drift must be from 0 to 0.9; it is '1'")]
    [InlineData("raft.lease-clock-drift=NaN", "--set raft.lease-clock-drift: raft.lease-clock-drift must be from 0 to 0.9; it is 'NaN'")]
    [InlineData("http.forward-writes=maybe", "--set http.forward-writes: http.forward-writes must be on or off; it is 'maybe'")]
    [InlineData("cluster.name=a b", "--set cluster.name: cluster.name must be 1 to 64 characters out of A-Z a-z 0-9 . _ -, the first a letter or a digit; it is 'a b'")]
    public void A_bad_setting_is_refused_by_name(string assignment, string expected)
    {
        Assert.Equal(expected, Problem(new StartOptions { Set = [assignment] }));
    }

    [Theory]
    [InlineData("http.forward-writes", "no", false)]
    [InlineData("http.forward-writes", "yes", true)]
    [InlineData("http.forward-writes", "false", false)]
    public void A_switch_knows_six_words(string path, string word, bool expected)
    {
        Assert.Equal(expected, Good(new StartOptions { Set = [$"{path}={word}"] }).Http.ForwardWrites);
    }

    [Fact]
    public void Bare_numbers_are_milliseconds_and_bytes_as_in_hocon()
    {
        var settings = Good(new StartOptions { Set = ["raft.election-timeout=900", "store.max-value-bytes=1000"] });
        Assert.Equal(TimeSpan.FromMilliseconds(900), settings.Raft.ElectionTimeout);
        Assert.Equal(1000, settings.Store.MaxValueBytes);
    }

    [Fact]
    public void Variables_that_are_not_settings_are_left_alone()
    {
        Good(new StartOptions { Environment = Variables(("KEVA_ADDRESS", "http://x"), ("PATH", "/bin"), ("KEVA", "1")) });
    }

    [Fact]
    public void An_unknown_variable_is_refused_with_the_nearest_name()
    {
        Assert.Equal(
            "environment variable KEVA__RAFT__ELECTION_TIMOUT: unknown setting 'KEVA__RAFT__ELECTION_TIMOUT'; did you mean 'KEVA__RAFT__ELECTION_TIMEOUT'?",
            Problem(new StartOptions { Environment = Variables(("KEVA__RAFT__ELECTION_TIMOUT", "1s")) }));
    }

    [Fact]
    public void Two_variables_for_one_setting_are_refused()
    {
        Assert.Equal(
            "environment variable keva__raft__election_timeout: KEVA__RAFT__ELECTION_TIMEOUT sets raft.election-timeout, too; remove one of them",
            Problem(new StartOptions { Environment = Variables(("KEVA__RAFT__ELECTION_TIMEOUT", "1s"), ("keva__raft__election_timeout", "1s")) }));
    }

    [Theory]
    [InlineData("raft = null", "'raft' is a group of settings and cannot have a value of its own")]
    [InlineData("raft.tick-interval = null", "raft.tick-interval must be a time such as 1ms (units: us, ms, s, m, h); it is null")]
    [InlineData("raft.tick-interval = [1]", "raft.tick-interval must be a time such as 1ms (units: us, ms, s, m, h); it is an array")]
    [InlineData("raft.tick-interval = {}", "raft.tick-interval must be a time such as 1ms (units: us, ms, s, m, h); it is an object")]
    [InlineData("http.forward-writes = {}", "http.forward-writes must be on or off; it is an object")]
    [InlineData("\"raft.tick-interval\" = 5ms", "unknown setting '\"raft.tick-interval\"'; did you mean 'raft.tick-interval'?")]
    [InlineData("raft.tick-interval = 5ms }", "this } closes nothing")]
    public void A_bad_hocon_file_is_refused_with_its_line(string content, string expected)
    {
        var file = _directory.Write("my.conf", "# first line\n" + content);
        Assert.Equal($"{file}:2: {expected}", Problem(new StartOptions { Hocon = [file] }));
    }

    [Fact]
    public void An_empty_group_changes_nothing()
    {
        Good(new StartOptions { Hocon = [_directory.Write("my.conf", "raft {}\nhttp = {}")] });
    }

    [Theory]
    [InlineData("raft.heartbeat-interval=300ms", "raft.heartbeat-interval (300ms, from --set raft.heartbeat-interval) must be under half of raft.election-timeout (500ms, from built-in reference.conf:")]
    [InlineData("raft.election-timeout=200ms", "raft.heartbeat-interval (100ms, from built-in reference.conf:")]
    [InlineData("raft.election-timeout=221ms", "raft.heartbeat-interval (110ms, from --set raft.heartbeat-interval) must be under half, in whole ticks of 25ms, of raft.election-timeout (221ms", "raft.heartbeat-interval=110ms")]
    [InlineData("raft.heartbeat-interval=20ms", "raft.heartbeat-interval (20ms, from --set raft.heartbeat-interval) must be at least raft.tick-interval (25ms")]
    [InlineData("raft.snapshot-transfer-timeout=1s", "", "raft.snapshot-retry-interval=2s")]
    [InlineData("http.leader-wait=6s", "http.leader-wait (6s, from --set http.leader-wait) must be at most http.request-timeout (5s")]
    [InlineData("transport.reconnect-backoff-min=3s", "transport.reconnect-backoff-min (3s")]
    [InlineData("transport.send-buffer-bytes=16MiB", "transport.send-buffer-bytes (16MiB")]
    [InlineData("raft.max-append-bytes=16MiB", "", "raft.max-inflight-bytes=16MiB")]
    [InlineData("raft.snapshot-chunk-bytes=16MiB", "transport.max-frame-bytes (16MiB, from built-in reference.conf:")]
    [InlineData("raft.max-inflight-bytes=100KiB", "raft.max-inflight-bytes (100KiB")]
    [InlineData("raft.max-uncommitted-bytes=1MiB", "raft.max-uncommitted-bytes (1MiB, from --set raft.max-uncommitted-bytes) must be at least 64KiB more than store.max-key-bytes and store.max-value-bytes together (1028KiB")]
    [InlineData("raft.max-unapplied-bytes=1MiB", "raft.max-unapplied-bytes (1MiB")]
    [InlineData("http.max-queued-bytes=1MiB", "http.max-queued-bytes (1MiB")]
    [InlineData("transport.max-frame-bytes=1080KiB", "transport.max-frame-bytes (1080KiB, from --set transport.max-frame-bytes) must be at least 64KiB more than store")]
    public void Settings_that_contradict_each_other_are_refused(string assignment, string expected, string? another = null)
    {
        var result = SettingsLoader.Load(new StartOptions { Set = another is null ? [assignment] : [assignment, another] });
        Assert.Null(result.Settings);
        var problem = Assert.Single(result.Problems);
        Assert.StartsWith("--set ", problem.ToString(), StringComparison.Ordinal);
        Assert.StartsWith(expected, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_are_shown_at_once()
    {
        var result = SettingsLoader.Load(new StartOptions
        {
            Set = ["raft.tick-interval=x", "nope=1"],
            Environment = Variables(("KEVA__STORE__MAX_KEY_BYTES", "0")),
            NodeIdentity = "-bad-",
        });
        Assert.Equal(4, result.Problems.Length);
        Assert.Null(result.Settings);
        Assert.False(result.IsValid);
    }

    [Fact]
    public void A_problem_is_one_line_whatever_the_input_was()
    {
        var problem = Problem(new StartOptions { Set = ["a\nb\u001b[31m" + new string('x', 5000) + "=1"] });
        Assert.DoesNotContain(problem, char.IsControl);
        Assert.InRange(problem.Length, 1, 1100);
    }

    private static (string Value, string Origin) Shown(SettingsLoadResult result, string path)
    {
        var value = Value(result, path);
        return (value.Value, value.Origin.ToString());
    }

    private static EffectiveValue Value(SettingsLoadResult result, string path) =>
        Assert.Single(result.Effective.Values, value => string.Equals(value.Path, path, StringComparison.Ordinal));

    private StartOptions File(string content) => new() { ConfigFile = _directory.Write("keva.toml", content) };

    private static Dictionary<string, string> Variables(params (string Name, string Value)[] variables) =>
        variables.ToDictionary(variable => variable.Name, variable => variable.Value, StringComparer.Ordinal);

    private static NodeSettings Good(StartOptions options)
    {
        var result = SettingsLoader.Load(options);
        Assert.Empty(result.Problems.Select(problem => problem.ToString()));
        Assert.True(result.IsValid);
        return result.Settings;
    }

    private static string Problem(StartOptions options)
    {
        var result = SettingsLoader.Load(options);
        Assert.Null(result.Settings);
        return Assert.Single(result.Problems).ToString();
    }
}
