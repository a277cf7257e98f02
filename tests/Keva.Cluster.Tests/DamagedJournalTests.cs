using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>
/// A journal that is not as it was written, on one node, while clients work. The node must not take part in elections
/// with a memory that has holes; the others do not need it.
/// </summary>
public sealed class DamagedJournalTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_node_with_a_flipped_bit_in_its_journal_does_not_start_until_the_journal_is_right_again()
    {
        await using var scenario = await FaultScenario.StartAsync(output);
        var node = scenario.Cluster.AllBut(await scenario.Cluster.LeaderAsync())[0];
        Assert.Equal(0, (await node.StopAsync()).ExitCode);
        using var damaged = DamagedJournal.WithFlippedBit(node, "hot/");
        await AssertStaysOutAsync(scenario, node, damaged);
    }

    [Fact]
    public async Task A_node_whose_journal_lost_its_tail_does_not_start_until_the_journal_is_whole_again()
    {
        await using var scenario = await FaultScenario.StartAsync(output);
        var node = scenario.Cluster.AllBut(await scenario.Cluster.LeaderAsync())[0];
        await node.KillAsync();
        using var damaged = DamagedJournal.WithTailCutOff(node, transactions: 3);
        await AssertStaysOutAsync(scenario, node, damaged);
    }

    private async Task AssertStaysOutAsync(FaultScenario scenario, NodeUnderTest node, DamagedJournal damaged)
    {
        node.Start();
        var end = await node.Process.WaitForEndAsync();
        Assert.Equal(1, end.ExitCode);
        var said = Assert.Single(end.ErrorLines, line => line.StartsWith("keva: ", StringComparison.Ordinal));
        output.WriteLine(said);
        Assert.Contains(damaged.FilePath, said, StringComparison.Ordinal);
        Assert.Contains("refuses to vote on a damaged journal", said, StringComparison.Ordinal);
        await scenario.Clients.WaitForMoreAsync(150);

        damaged.PutBack();
        node.Start();
        await scenario.AssertNothingIsWrongAsync();
    }
}
