using Keva.Node.Configuration;

namespace Keva.Tests.Settings;

public sealed class PlacementTests
{
    [Fact]
    public void A_listed_node_has_its_addresses_from_the_file_alone()
    {
        var file = Repository.PathOf("keva.toml");
        Assert.StartsWith(
            $"--keva-address: {file}:",
            Problem(new StartOptions { ConfigFile = file, NodeIdentity = "host1", KevaAddress = "127.0.0.1:1", UserAddress = "127.0.0.1:2" }),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:1", null, "--user-address: --keva-address and --user-address belong together; give both, each as host:port")]
    [InlineData(null, "127.0.0.1:1", "--keva-address: --keva-address and --user-address belong together; give both, each as host:port")]
    [InlineData("127.0.0.1", "127.0.0.1:1", "--keva-address: '127.0.0.1' is not of the form host:port (an IPv6 address needs brackets: [::1]:3700)")]
    [InlineData("::1:3700", "127.0.0.1:1", "--keva-address: '::1:3700' is not of the form host:port (an IPv6 address needs brackets: [::1]:3700)")]
    [InlineData("[::1]", "127.0.0.1:1", "--keva-address: '[::1]' is not of the form host:port (an IPv6 address needs brackets: [::1]:3700)")]
    [InlineData("127.0.0.1:", "127.0.0.1:1", "--keva-address: '' is not a port: it must be a number from 1 to 65535")]
    [InlineData("127.0.0.1:70000", "127.0.0.1:1", "--keva-address: '70000' is not a port: it must be a number from 1 to 65535")]
    [InlineData(":3700", "127.0.0.1:1", "--keva-address: the host is empty")]
    [InlineData("*:3700", "127.0.0.1:1", "--keva-address: '*' is neither a host name nor an IP address")]
    [InlineData("[::]:3700", "127.0.0.1:1", "--keva-address: '::' stands for every address of this machine; give one that the other nodes can reach")]
    [InlineData("localhost:3700", "127.0.0.1:3700", "--user-address: 127.0.0.1:3700 is the --keva-address, too; nodes and users need different ports")]
    public void Addresses_are_checked(string? kevaAddress, string? userAddress, string expected)
    {
        Assert.Equal(expected, Problem(new StartOptions { NodeIdentity = "x", KevaAddress = kevaAddress, UserAddress = userAddress }));
    }

    [Fact]
    public void An_identity_alone_does_not_say_where_the_node_is()
    {
        Assert.Equal(
            "--node-identity: where is 'host1'? Give --config-file with a file that lists it, or --keva-address and --user-address",
            Problem(new StartOptions { NodeIdentity = "host1" }));
    }

    [Fact]
    public void A_joining_node_needs_a_name_and_a_place()
    {
        Assert.Equal("--join: a node that joins needs a name of its own: --node-identity NAME", Problem(new StartOptions { Join = ["127.0.0.1:1"] }));
        Assert.StartsWith("--join: where is 'x'?", Problem(new StartOptions { NodeIdentity = "x", Join = ["127.0.0.1:1"] }), StringComparison.Ordinal);
        Assert.StartsWith("--join: 'x' is not of the form host:port", Problem(new StartOptions { NodeIdentity = "x", Join = ["x"], KevaAddress = "h:1", UserAddress = "h:2" }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "--working-directory: the path is empty")]
    [InlineData(" ", "--working-directory: the path is empty")]
    public void A_working_directory_has_a_path(string path, string expected)
    {
        Assert.Equal(expected, Problem(new StartOptions { WorkingDirectory = path }));
    }

    [Theory]
    [InlineData("-x")]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("ä")]
    public void An_identity_is_a_name(string identity)
    {
        Assert.StartsWith($"--node-identity: '{identity}' is not a name", Problem(new StartOptions { NodeIdentity = identity, KevaAddress = "h:1", UserAddress = "h:2" }), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_profile_is_refused_with_those_that_there_are()
    {
        Assert.Equal("--hocon nosuch: there is no such file; give a file, or a profile: local, lan, wan", Problem(new StartOptions { Hocon = ["nosuch"] }));
    }

    [Theory]
    [InlineData("localhost:1", "localhost", 1)]
    [InlineData("h-1.example_x.org:65535", "h-1.example_x.org", 65535)]
    [InlineData("10.0.0.1:3700", "10.0.0.1", 3700)]
    [InlineData("[fe80::1%eth0]:3700", "fe80::1%eth0", 3700)]
    public void An_address_reads_back_as_it_was_written(string text, string host, int port)
    {
        Assert.True(HostAndPort.TryParse(text, out var address, out _));
        Assert.Equal(new HostAndPort(host, port), address);
        Assert.Equal(text, address.ToString());
    }

    private static string Problem(StartOptions options)
    {
        var result = SettingsLoader.Load(options);
        Assert.Null(result.Settings);
        return Assert.Single(result.Problems).ToString();
    }
}
