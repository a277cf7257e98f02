using System.Globalization;
using Keva.Tests.Raft.Cluster;
using Xunit.Abstractions;

namespace Keva.Tests.Raft;

/// <summary>
/// Whole clusters of drivers under random faults. <c>KEVA_RAFT_SEED=17</c> runs one seed and prints what happened;
/// <c>KEVA_RAFT_SEEDS=1000:20000</c> runs those.
/// </summary>
public sealed class RandomClusterTests(ITestOutputHelper output)
{
    private const int Ordinary = 250;

    [Fact]
    public void Whatever_goes_wrong_the_rules_of_Raft_hold_and_the_cluster_recovers()
    {
        if (Environment.GetEnvironmentVariable("KEVA_RAFT_SEED") is { Length: > 0 } single)
        {
            var world = new SimulatedWorld(int.Parse(single, CultureInfo.InvariantCulture), output.WriteLine);
            world.Run();
            return;
        }

        var (first, count) = Seeds();
        var failures = new List<string>();
        var committed = 0;
        var elections = 0;
        var reads = 0;
        Parallel.For(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            var world = new SimulatedWorld(seed);
            try
            {
                world.Run();
            }
            catch (Exception exception)
            {
                lock (failures)
                {
                    failures.Add($"KEVA_RAFT_SEED={seed} at {world.Schedule.Now} ms: {exception.GetType().Name}: {exception.Message}");
                }
            }

            Interlocked.Add(ref committed, world.Rules.Clients.ProposalsCommitted);
            Interlocked.Add(ref elections, world.Rules.Elections);
            Interlocked.Add(ref reads, world.Rules.Clients.ReadsConfirmed);
        });

        output.WriteLine($"{count} seeds: {committed} proposals committed, {reads} reads confirmed, {elections} leaders");
        Assert.True(failures.Count == 0, $"{failures.Count} of {count} seeds failed:\n{string.Join('\n', failures.Order(StringComparer.Ordinal).Take(50))}");
        Assert.True(committed > 10 * count && reads > count && elections > count, "the runs do something");
    }

    private static (int First, int Count) Seeds()
    {
        if (Environment.GetEnvironmentVariable("KEVA_RAFT_SEEDS") is not { Length: > 0 } range)
        {
            return (1, Ordinary);
        }

        var parts = range.Split(':');
        return (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[^1], CultureInfo.InvariantCulture));
    }
}
