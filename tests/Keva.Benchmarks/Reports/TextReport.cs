using System.Globalization;
using Keva.Benchmarks.Figures;
using Keva.Benchmarks.Servers;

namespace Keva.Benchmarks.Reports;

/// <summary>The figures as tables: for each workload a row per metric, a column per system, and beside each other system Keva's ratio to it.</summary>
internal static class TextReport
{
    public static IEnumerable<string> Lines(FigureSet figures)
    {
        foreach (var workload in figures.Workloads)
        {
            yield return "";
            yield return $"{workload}: {figures.TitleOf(workload)}";
            foreach (var line in TableOf(figures, workload).Lines())
            {
                yield return line;
            }
        }
    }

    private static TextTable TableOf(FigureSet figures, string workload)
    {
        var all = figures.All.Where(figure => figure.Workload == workload).ToArray();
        var systems = all.Select(figure => figure.System).Distinct(StringComparer.Ordinal).OrderBy(OrderOf).ToArray();
        var isCompared = systems is [KevaCluster.SystemName, _, ..];
        var table = new TextTable();
        table.Add(["", .. systems.SelectMany(system => system == systems[0] || !isCompared ? [system] : new[] { system, $"{systems[0]} / {system}" })]);
        foreach (var metric in all.Select(figure => figure.Metric).Distinct())
        {
            var first = figures.Find(workload, systems[0], metric);
            table.Add([
                metric.Heading,
                .. systems.Select(system => (system, Figure: figures.Find(workload, system, metric)))
                    .SelectMany(of => of.system == systems[0] || !isCompared ? [Cell(of.Figure)] : new[] { Cell(of.Figure), Ratio(first, of.Figure) }),
            ]);
        }

        return table;
    }

    /// <summary>The median, and the least and the most of the rounds.</summary>
    private static string Cell(Figure? figure)
    {
        if (figure is null)
        {
            return "";
        }

        var format = "#,0" + (figure.Metric.Decimals > 0 ? "." + new string('0', figure.Metric.Decimals) : "");
        return figure.Rounds.Count == 1 || figure.Minimum.Equals(figure.Maximum)
            ? Text(figure.Median)
            : $"{Text(figure.Median)} ({Text(figure.Minimum)}–{Text(figure.Maximum)})";

        string Text(double value) => value.ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary>The ratio of the medians, and the least and the most of the ratios of rounds that were neighbours.</summary>
    private static string Ratio(Figure? figure, Figure? other)
    {
        if (figure is null || other is null || figure.Metric == Metric.Errors || other.Rounds.Contains(0))
        {
            return "";
        }

        var rounds = figure.Rounds.Zip(other.Rounds, (value, ofOther) => value / ofOther).ToArray();
        var median = string.Create(CultureInfo.InvariantCulture, $"{figure.Median / other.Median:0.00}×");
        return rounds.Length == 1 ? median : string.Create(CultureInfo.InvariantCulture, $"{median} ({rounds.Min():0.00}–{rounds.Max():0.00})");
    }

    private static int OrderOf(string system) => system switch
    {
        KevaCluster.SystemName => 0,
        EtcdCluster.SystemName => 1,
        _ => 2,
    };
}
