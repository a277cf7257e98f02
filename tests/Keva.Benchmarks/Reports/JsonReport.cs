using System.Text.Encodings.Web;
using System.Text.Json;
using Keva.Benchmarks.Figures;
using Keva.Benchmarks.Scenarios;

namespace Keva.Benchmarks.Reports;

/// <summary>Everything that was measured, round by round, for other programs.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write(string file, Machine machine, BenchOptions options, FigureSet figures, IReadOnlyList<BudgetResult> budgets)
    {
        var report = new
        {
            Machine = machine,
            options.Seconds,
            options.Rounds,
            Workloads = figures.Workloads.Select(workload => new
            {
                Name = workload,
                Title = figures.TitleOf(workload),
                Figures = figures.All.Where(figure => figure.Workload == workload).Select(figure => new
                {
                    figure.System,
                    Metric = figure.Metric.Name,
                    figure.Median,
                    figure.Minimum,
                    figure.Maximum,
                    figure.Rounds,
                }),
            }),
            Budgets = budgets.Select(result => new { result.Budget.What, result.Budget.Bound, result.Measured, Verdict = result.Verdict.ToString() }),
        };
        File.WriteAllText(file, JsonSerializer.Serialize(report, Format) + "\n");
    }
}
