using Keva.Simulator.Runs;
using Xunit.Abstractions;

namespace Keva.Simulator.Tests;

public sealed class SeedTests(ITestOutputHelper output)
{
    private const int Seeds = 150;

    [Fact]
    public void Whatever_goes_wrong_no_rule_is_broken_and_every_cluster_recovers()
    {
        var totals = ParallelRuns.Run(1, Seeds, Environment.ProcessorCount, stopAfter: 5, _ => { });
        foreach (var line in Report.Summary(totals, TimeSpan.FromSeconds(1)).Skip(1).Concat(Report.Situations(totals)))
        {
            output.WriteLine(line);
        }

        Assert.True(totals.Failures.Count == 0, string.Join('\n', totals.Failures.Values.SelectMany(Report.Failure)));
        Assert.True(totals.Served > 100 * Seeds, "the clients of the runs are served");
        Assert.True(totals.Counts.Elections > Seeds && totals.Counts.Crashes > Seeds, "things go wrong in the runs");
    }
}
