using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>Three processes from one keva.toml, all well.</summary>
[Collection(AloneOnTheMachine.Name)]
public sealed class ServingTests(ServingTests.Fixture fixture) : IClassFixture<ServingTests.Fixture>
{
    private ClusterUnderTest Cluster => fixture.Cluster;

    public static TheoryData<string> Keys => new(
        "plain", "with/slashes//and/../dots", "with space", "%2F", "100%", "a+b?c#d", "ключ", "鍵", "🗝️", "\u0001", new string('k', 4096));

    [Fact]
    public async Task Every_write_can_be_read_at_once_through_every_other_node()
    {
        foreach (var writer in Cluster.Nodes)
        {
            foreach (var reader in Cluster.Nodes)
            {
                var (key, value) = ($"from {writer.Name} to {reader.Name}", Guid.NewGuid().ToString());
                var written = await writer.Client.SetAsync(key, value);
                var read = await reader.Client.GetAsync(key);
                Assert.Equal(HttpStatusCode.OK, written.Status);
                Assert.Equal(HttpStatusCode.OK, read.Status);
                Assert.Equal(value, read.Text);
                Assert.Equal(written.Revision, read.TaggedRevision);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task A_key_may_be_any_text(string key)
    {
        var (first, second) = (Cluster.Nodes[0].Client, Cluster.Nodes[1].Client);
        Assert.Equal(HttpStatusCode.NoContent, (await second.GetAsync(key)).Status);
        Assert.Equal(HttpStatusCode.OK, (await first.SetAsync(key, "value of " + key)).Status);
        Assert.Equal("value of " + key, (await second.GetAsync(key)).Text);
        Assert.Equal(HttpStatusCode.OK, (await second.DeleteAsync(key)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await first.GetAsync(key)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await first.DeleteAsync(key)).Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1024 * 1024)]
    public async Task A_value_comes_back_byte_by_byte(int length)
    {
        var value = RandomNumberGenerator.GetBytes(length);
        foreach (var writer in Cluster.Nodes)
        {
            var key = $"{length} bytes through {writer.Name}";
            Assert.Equal(HttpStatusCode.OK, (await writer.Client.SetAsync(key, value)).Status);
            foreach (var reader in Cluster.Nodes)
            {
                var read = await reader.Client.GetAsync(key);
                Assert.Equal(HttpStatusCode.OK, read.Status);
                Assert.Equal(value, read.Body);
            }
        }
    }

    [Fact]
    public async Task A_write_command_is_done_by_the_leader_and_sent_there_by_the_others()
    {
        var leader = await Cluster.LeaderAsync();
        var follower = Cluster.AllBut(leader)[0];
        const string Command = """{"cmd":"set","key":"commanded","val":"here"}""";

        var done = await leader.Client.CommandAsync(Command);
        Assert.Equal("here", done.Json.GetProperty("val").GetString());

        var sentOn = await follower.Client.CommandAsync(Command);
        Assert.Equal(HttpStatusCode.TemporaryRedirect, sentOn.Status);
        Assert.Equal("not_leader", sentOn.Code);
        Assert.Equal(leader.Url, sentOn.Json.GetProperty("leader").GetString());
        Assert.Equal(leader.Url + "/", sentOn.Headers["Location"]);

        // HttpClient follows a 307 with the method and the body.
        using var following = new HttpClient();
        using var body = new StringContent("""{"cmd":"set","key":"commanded","val":"there"}""", Encoding.UTF8, "application/json");
        using var followed = await following.PostAsync(new Uri(follower.Url + "/"), body);
        Assert.Equal("""{"val":"there"}""", await followed.Content.ReadAsStringAsync());

        var read = await follower.Client.CommandAsync("""{"cmd":"get","key":"commanded"}""");
        Assert.Equal("there", read.Json.GetProperty("val").GetString());
    }

    [FactIfProgram("curl")]
    public async Task Curl_follows_a_follower_to_the_leader_and_sends_the_body_again()
    {
        var follower = Cluster.AllBut(await Cluster.LeaderAsync())[0];
        var start = new ProcessStartInfo("curl", ["-sS", "-L", "-d", """{"cmd":"set","key":"curled","val":"with -L"}""", follower.Url + "/"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var curl = Process.Start(start)!;
        Assert.Equal("""{"val":"with -L"}""", await curl.StandardOutput.ReadToEndAsync());
        await curl.WaitForExitAsync();
        Assert.Equal(0, curl.ExitCode);
        Assert.Equal("with -L", (await follower.Client.GetAsync("curled")).Text);
    }

    [Fact]
    public async Task All_nodes_tell_the_same_about_the_cluster()
    {
        var written = await Cluster.Nodes[0].Client.SetAsync("for the picture", "x");
        Assert.True(written.IsSuccess);
        var leader = await Cluster.LeaderAsync();
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                var pictures = await Task.WhenAll(Cluster.Nodes.Select(node => node.Client.ClusterAsync()));
                return pictures.All(picture => picture.Leader == leader.Name
                    && picture.Term == pictures[0].Term
                    && picture.Members.Count == 3
                    && picture.Members.All(member => member.Status == "up" && member.Role == (member.Name == leader.Name ? "leader" : "voter")))
                    && (await leader.Client.ClusterAsync()) is var own && own.Members.All(member => member.AppliedIndex == own.CommitIndex);
            },
            "three nodes up, one leader, everything applied everywhere");
    }

    /// <summary>One cluster for all of these tests.</summary>
    public sealed class Fixture(IMessageSink sink) : IAsyncLifetime
    {
        internal ClusterUnderTest Cluster { get; private set; } = null!;

        public async Task InitializeAsync() => Cluster = await ClusterUnderTest.StartAsync(new SinkOutput(sink));

        public async Task DisposeAsync() => await Cluster.DisposeAsync();
    }
}
