namespace Keva.Benchmarks.Figures;

/// <summary>All that was measured, in the order in which it was.</summary>
internal sealed class FigureSet
{
    private readonly List<Figure> figures = [];
    private readonly Dictionary<string, string> titles = new(StringComparer.Ordinal);

    public IReadOnlyList<Figure> All => figures;

    /// <summary>The workloads that have figures.</summary>
    public IEnumerable<string> Workloads => figures.Select(figure => figure.Workload).Distinct(StringComparer.Ordinal);

    public void Describe(string workload, string title) => titles[workload] = title;

    public string TitleOf(string workload) => titles.GetValueOrDefault(workload, workload);

    public void Add(string workload, string system, Metric metric, double value)
    {
        var figure = Find(workload, system, metric);
        if (figure is null)
        {
            figure = new Figure(workload, system, metric);
            figures.Add(figure);
        }

        figure.Rounds.Add(value);
    }

    public Figure? Find(string workload, string system, Metric metric) =>
        figures.Find(figure => figure.Workload == workload && figure.System == system && figure.Metric == metric);
}
