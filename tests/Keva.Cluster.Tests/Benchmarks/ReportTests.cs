using Keva.Benchmarks.Figures;
using Keva.Benchmarks.Reports;
using Keva.Benchmarks.Scenarios;

namespace Keva.Cluster.Tests.Benchmarks;

/// <summary>What the benchmark makes of its figures: a wrong ratio would be believed.</summary>
public sealed class ReportTests
{
    [Theory]
    [InlineData(new double[] { 3 }, 3)]
    [InlineData(new double[] { 9, 1, 5 }, 5)]
    [InlineData(new double[] { 4, 1, 2, 100 }, 3)]
    public void The_median_is_the_middle_of_the_sorted_rounds(double[] rounds, double median)
    {
        Assert.Equal(median, Figure.MedianOf(rounds));
    }

    [Fact]
    public void A_table_has_medians_with_their_spread_and_the_ratios_of_neighbouring_rounds()
    {
        var figures = new FigureSet();
        Add(figures, "write-64", "etcd", Metric.Throughput, 1000, 2000, 1500);
        Add(figures, "write-64", "keva", Metric.Throughput, 3000, 5000, 6000);
        var lines = TextReport.Lines(figures).ToArray();

        Assert.Contains(lines, line => line.Contains("keva", StringComparison.Ordinal) && line.Contains("keva / etcd", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("5,000 (3,000–6,000)", StringComparison.Ordinal)
            && line.Contains("1,500 (1,000–2,000)", StringComparison.Ordinal)
            && line.Contains("3.33× (2.50–4.00)", StringComparison.Ordinal));
    }

    [Fact]
    public void A_budget_is_kept_missed_or_not_measured()
    {
        var figures = new FigureSet();
        Add(figures, "write-64", "keva", Metric.Throughput, 2900);
        Add(figures, "write-64", "etcd", Metric.Throughput, 1000);
        Add(figures, "write-64", "keva", Metric.P99, 5);
        Add(figures, "write-64", "etcd", Metric.P99, 5);
        Add(figures, FailoverScenario.Failover, "keva", Metric.Failover, 1400, 9000, 1300);
        var results = Budgets.Judge(figures);

        Assert.Equal(Verdict.Fail, Of("writes, 64 connections: throughput").Verdict);
        Assert.Equal(2.9, Of("writes, 64 connections: throughput").Measured!.Value, precision: 6);
        Assert.Equal(Verdict.Pass, Of("writes, 64 connections: p99").Verdict);
        Assert.Equal(Verdict.Pass, Of("failover: median in ms").Verdict);
        Assert.Equal(Verdict.NotMeasured, Of("failover: median over etcd's").Verdict);

        BudgetResult Of(string what) => results.Single(result => result.Budget.What.StartsWith(what, StringComparison.Ordinal));
    }

    [Fact]
    public void One_error_in_one_round_misses_a_budget()
    {
        var figures = new FigureSet();
        Add(figures, "write-1", "keva", Metric.Errors, 0, 0, 1);
        var errors = Budgets.Judge(figures).Single(result => result.Budget.What.StartsWith("errors", StringComparison.Ordinal));

        Assert.Equal(Verdict.Fail, errors.Verdict);
    }

    [Fact]
    public void Every_budget_is_about_a_workload_that_exists()
    {
        var figures = new FigureSet();
        foreach (var (name, _) in global::Keva.Benchmarks.BenchRun.Scenarios.SelectMany(scenario => scenario.Workloads))
        {
            foreach (var system in new[] { "keva", "etcd", "bare" })
            {
                foreach (var metric in new[] { Metric.Throughput, Metric.P50, Metric.P99, Metric.Failover, Metric.Memory, Metric.Processor, Metric.Restart, Metric.Errors })
                {
                    figures.Add(name, system, metric, 1);
                }
            }
        }

        Assert.All(Budgets.Judge(figures), result => Assert.NotEqual(Verdict.NotMeasured, result.Verdict));
    }

    [Theory]
    [InlineData("write-64", true)]
    [InlineData("write-64-1KiB", false)]
    [InlineData("read-leader-1", true)]
    [InlineData("xread-leader-1", false)]
    public void A_pattern_names_a_whole_workload_unless_it_has_a_star(string workload, bool isWanted)
    {
        var options = new BenchOptions { Seconds = 1, Rounds = 1, Only = ["write-64", "read-*"], IsAgainstEtcd = false, Directory = "/" };

        Assert.Equal(isWanted, options.IsWanted(workload));
    }

    private static void Add(FigureSet figures, string workload, string system, Metric metric, params double[] rounds)
    {
        foreach (var value in rounds)
        {
            figures.Add(workload, system, metric, value);
        }
    }
}
