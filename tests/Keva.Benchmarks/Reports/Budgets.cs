using System.Globalization;
using Keva.Benchmarks.Figures;
using Keva.Benchmarks.Scenarios;
using Keva.Benchmarks.Servers;

namespace Keva.Benchmarks.Reports;

/// <summary>What Keva promises about its speed, and whether the figures hold it.</summary>
internal static class Budgets
{
    private const string Keva = KevaCluster.SystemName;
    private const string Etcd = EtcdCluster.SystemName;
    private const string Bare = BareKestrel.SystemName;

    private static readonly Budget[] All =
    [
        Ratio("writes, 64 connections: throughput over etcd's", "write-64", Metric.Throughput, Etcd, atLeast: 3),
        AtMost("writes, 64 connections: p99 over etcd's", "write-64", Metric.P99, Etcd, most: 1),
        Ratio("reads at the leader, 64 connections: throughput over etcd's", "read-leader-64", Metric.Throughput, Etcd, atLeast: 4),
        Ratio("reads at a follower, 64 connections: throughput over etcd's", "read-follower-64", Metric.Throughput, Etcd, atLeast: 4),
        Ratio("reads at the leader, 64 connections: throughput over bare Kestrel's", "read-leader-64", Metric.Throughput, Bare, atLeast: 0.5),
        AtMost("writes, 1 connection: p50 over etcd's", "write-1", Metric.P50, Etcd, most: 0.6),
        Limit("failover: median in ms", FailoverScenario.Failover, Metric.Failover, most: 1500),
        AtMost("failover: median over etcd's", FailoverScenario.Failover, Metric.Failover, Etcd, most: 1),
        Limit("idle: memory of a node in MB", IdleScenario.Idle, Metric.Memory, most: 120),
        Limit("idle: a node's share of a core in %", IdleScenario.Idle, Metric.Processor, most: 1),
        Limit("a million keys: memory of a node in MB", GrowthScenario.Memory, Metric.Memory, most: 600),
        Limit("a million keys: restart of a node in s", GrowthScenario.RestartOne, Metric.Restart, most: 5),
        Growth("writes: throughput with a million keys over that with a thousand", "growth-write-"),
        Growth("reads: throughput with a million keys over that with a thousand", "growth-read-"),
        new("errors in all workloads", "0", figures => figures.All.Where(figure => figure.Metric == Metric.Errors).Sum(figure => figure.Rounds.Sum()), errors => errors == 0),
    ];

    public static IReadOnlyList<BudgetResult> Judge(FigureSet figures) => [.. All.Select(budget => budget.Judge(figures))];

    public static IEnumerable<string> Lines(IEnumerable<BudgetResult> results)
    {
        var table = new TextTable();
        table.Add("budget", "bound", "measured", "");
        foreach (var (budget, measured, verdict) in results)
        {
            var shown = measured is { } value ? value.ToString("0.00", CultureInfo.InvariantCulture) : "";
            table.Add(budget.What, budget.Bound, shown, verdict switch
            {
                Verdict.Pass => "pass",
                Verdict.Fail => "FAIL",
                _ => "not measured",
            });
        }

        return table.Lines();
    }

    private static Budget Ratio(string what, string workload, Metric metric, string other, double atLeast) => new(
        what, Text($"≥ {atLeast}×"), figures => RatioIn(figures, workload, metric, other), ratio => ratio >= atLeast);

    private static Budget AtMost(string what, string workload, Metric metric, string other, double most) => new(
        what, Text($"≤ {most}×"), figures => RatioIn(figures, workload, metric, other), ratio => ratio <= most);

    private static Budget Limit(string what, string workload, Metric metric, double most) => new(
        what, Text($"≤ {most}"), figures => figures.Find(workload, Keva, metric)?.Median, value => value <= most);

    private static Budget Growth(string what, string workload)
    {
        const double least = 0.8;
        return new(
            what,
            Text($"≥ {least}×"),
            figures => figures.Find(workload + "1000000", Keva, Metric.Throughput)?.Median / figures.Find(workload + "1000", Keva, Metric.Throughput)?.Median,
            ratio => ratio >= least);
    }

    private static double? RatioIn(FigureSet figures, string workload, Metric metric, string other) =>
        figures.Find(workload, Keva, metric)?.Median / figures.Find(workload, other, metric)?.Median;

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
