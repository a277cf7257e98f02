using System.Diagnostics;
using Keva.Cluster.Tests.Harness.History;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests.Harness;

/// <summary>
/// A cluster with clients that write down what they see, for a test that does something bad to it. In the end, after
/// the test has healed what it broke, the cluster must serve as before, and what the clients saw must be what a single
/// copy of the data would have shown them.
/// </summary>
internal sealed class FaultScenario : IAsyncDisposable
{
    /// <summary>
    /// For tests that expect the leader to stay: a machine that is busy with other things must not look like one that
    /// is gone.
    /// </summary>
    public static readonly string[] CalmElections = ["raft.election-timeout=1s"];

    private const int WritesBefore = 150;
    private const int WritesAfter = 250;

    private readonly ITestOutputHelper output;
    private readonly long started = Stopwatch.GetTimestamp();

    private FaultScenario(ITestOutputHelper output, ClusterUnderTest cluster)
    {
        this.output = output;
        Cluster = cluster;
        Clients = new RecordedClients(cluster.Nodes);
    }

    public ClusterUnderTest Cluster { get; }

    public RecordedClients Clients { get; }

    /// <summary>A cluster that serves its clients.</summary>
    public static async Task<FaultScenario> StartAsync(
        ITestOutputHelper output, int size = 3, bool canBeCut = false, string[]? settings = null, Func<string, string?>? directoryOf = null)
    {
        var scenario = new FaultScenario(output, await ClusterUnderTest.StartAsync(output, size, settings, directoryOf, canBeCut));
        try
        {
            await scenario.Clients.WaitForMoreAsync(WritesBefore);
            return scenario;
        }
        catch
        {
            await scenario.DisposeAsync();
            throw;
        }
    }

    /// <summary>Another node leads than this one, as those say that can know it.</summary>
    public Task WaitForOtherLeaderAsync(NodeUnderTest old, params NodeUnderTest[] witnesses) =>
        Eventually.BecomesTrueAsync(
            async () =>
            {
                var pictures = await Task.WhenAll(witnesses.Select(witness => witness.Client.ClusterAsync()));
                return pictures.All(picture => picture.Leader is { } leader && leader != old.Name);
            },
            $"another node than {old.Name} leads");

    /// <summary>To be called when nothing is broken any more.</summary>
    public async Task AssertNothingIsWrongAsync()
    {
        await Cluster.WaitUntilReadyAsync();
        await Clients.WaitForMoreAsync(WritesAfter);
        await Clients.StopAsync();
        Clients.History.AssertStrictlySerializable();
        await Clients.WaitUntilAllShowTheSameAsync();
        Assert.Equal(Cluster.Nodes.Length, Cluster.Running.Count());
        Clients.History.AssertStrictlySerializable();
        output.WriteLine($"{Clients.History}; {Stopwatch.GetElapsedTime(started).TotalSeconds:f1} s");
    }

    public async ValueTask DisposeAsync()
    {
        await Clients.DisposeAsync();
        await Cluster.DisposeAsync();
    }
}
