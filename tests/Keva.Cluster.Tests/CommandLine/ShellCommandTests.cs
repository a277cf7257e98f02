using System.Text;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests.CommandLine;

public sealed class ShellCommandTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_script_is_carried_out_up_to_the_first_line_that_fails()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output, size: 1);

        var good = await RunAsync(cluster, "# sets and gets\nkv set greeting 'hello world'\n\nkeva kv get greeting\ncluster show --format text\nexit\nnonsense\n");
        Assert.Equal(0, good.ExitCode);
        Assert.Empty(good.Errors);
        Assert.Equal(
            ["revision 1", $"hello world{cluster.Nodes[0].PeerAddress} | [leader] | up |  | 0.1.0", "Count: 1 nodes", ""], good.Output.Split('\n'));

        var bad = await RunAsync(cluster, "kv get greeting\nkv get nothing\nkv delete greeting\n");
        Assert.Equal(4, bad.ExitCode);
        Assert.Equal(["keva: there is no key 'nothing'", "keva: line 2 failed; nothing after it was done"], bad.ErrorLines);
        Assert.Equal("hello world", (await cluster.Nodes[0].Client.GetAsync("greeting")).Text);
    }

    [Theory]
    [InlineData("nonsense", "keva: there is no command or option 'nonsense'")]
    [InlineData("kv get", "keva: 'keva kv get' needs a key")]
    [InlineData("kv set a 'b", "keva: the quote ' is not closed")]
    [InlineData("kv set a -", "keva: '-' reads the standard input, which the shell itself reads")]
    [InlineData("start", "keva: there is no command or option 'start'")]
    public async Task A_line_that_makes_no_sense_is_told(string line, string problem)
    {
        var result = await KevaProcess.RunAsync(["shell", "--address", "http://127.0.0.1:9"], Encoding.UTF8.GetBytes(line));

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith(problem, result.ErrorLines[0], StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Help_is_there_for_all_and_for_each_command()
    {
        var result = await KevaProcess.RunAsync(["shell"], "help\nhelp cluster show\n"u8.ToArray());

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("reachability", result.Output, StringComparison.Ordinal);
        Assert.Contains("Usage: keva cluster show [options]", result.Output, StringComparison.Ordinal);
    }

    private static Task<ProgramResult> RunAsync(ClusterUnderTest cluster, string script) =>
        KevaProcess.RunAsync(["shell", "--address", cluster.Nodes[0].Url], Encoding.UTF8.GetBytes(script));
}
