using System.Globalization;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary><c>keva dev</c>, as somebody meets it who has just cloned the repository.</summary>
[Collection(AloneOnTheMachine.Name)]
public sealed class DevCommandTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);

    private readonly TemporaryDirectory directory = new();
    private readonly int basePort = FreePorts.NextRange(3);

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task It_starts_three_nodes_that_serve_and_an_interrupt_leaves_none_behind_and_all_data()
    {
        int[] processes;
        await using (var dev = await StartAsync())
        {
            processes = NodeProcesses();
            using var first = new KevaClient(UrlOf(0));
            using var last = new KevaClient(UrlOf(2));
            Assert.True((await first.SetAsync("greeting", "hello")).IsSuccess);
            Assert.Equal("hello", (await last.GetAsync("greeting")).Text);

            dev.Send(UnixSignal.Interrupt);
            var end = await dev.WaitForEndAsync();
            Assert.Equal(0, end.ExitCode);
            Assert.Empty(end.Errors);
            Assert.All(processes, process => Assert.False(UnixSignals.Exists(process)));
        }

        await using var again = await StartAsync();
        using var client = new KevaClient(UrlOf(1));
        Assert.Equal("hello", (await client.GetAsync("greeting")).Text);
        again.Send(UnixSignal.Terminate);
        Assert.Equal(0, (await again.WaitForEndAsync()).ExitCode);
    }

    [Fact]
    public async Task Its_nodes_end_by_themselves_when_it_is_killed()
    {
        await using var dev = await StartAsync();
        var processes = NodeProcesses();
        Assert.All(processes, process => Assert.True(UnixSignals.Exists(process)));
        await dev.KillAsync();
        await Eventually.BecomesTrueAsync(() => !processes.Any(UnixSignals.Exists), "the nodes have ended");
    }

    [Fact]
    public async Task It_says_which_node_ended_and_why()
    {
        await using var dev = await StartAsync();
        var processes = NodeProcesses();
        UnixSignals.Send(processes[1], UnixSignal.Kill);
        var end = await dev.WaitForEndAsync();
        output.WriteLine(end.Errors);
        Assert.Equal(1, end.ExitCode);
        Assert.StartsWith("keva: host2 ended", Assert.Single(end.ErrorLines), StringComparison.Ordinal);
        Assert.All(processes, process => Assert.False(UnixSignals.Exists(process)));
    }

    [Fact]
    public async Task It_says_so_when_a_port_is_in_use()
    {
        await using var first = await StartAsync();
        var second = await KevaProcess.RunAsync("dev", "--directory", directory.Sub("other"), "--base-port", basePort.ToString(CultureInfo.InvariantCulture));
        output.WriteLine(second.Errors);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("in use", Assert.Single(second.ErrorLines), StringComparison.Ordinal);
        Assert.Contains("--base-port", second.Errors, StringComparison.Ordinal);
        Assert.Empty(second.Output);
    }

    private async Task<KevaProcess> StartAsync()
    {
        var dev = KevaProcess.Start(["dev", "--directory", directory.Sub("dev"), "--base-port", basePort.ToString(CultureInfo.InvariantCulture)]);
        try
        {
            await Eventually.BecomesTrueAsync(
                () => Enumerable.Range(0, 3).All(number => dev.Output.Contains(UrlOf(number), StringComparison.Ordinal)),
                "the URLs of three nodes are printed",
                StartLimit);
            return dev;
        }
        catch
        {
            await dev.DisposeAsync();
            throw;
        }
    }

    private string UrlOf(int node) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{basePort + 100 + node}");

    private int[] NodeProcesses() =>
        Enumerable.Range(1, 3)
            .Select(number => int.Parse(File.ReadAllText(Path.Combine(directory.Sub("dev"), $"host{number}", "lock.pid")), CultureInfo.InvariantCulture))
            .ToArray();
}
