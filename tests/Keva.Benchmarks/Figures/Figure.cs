namespace Keva.Benchmarks.Figures;

/// <summary>One metric of one system in one workload: a value for each round.</summary>
internal sealed record Figure(string Workload, string System, Metric Metric)
{
    public List<double> Rounds { get; } = [];

    public double Median => MedianOf(Rounds);

    public double Minimum => Rounds.Min();

    public double Maximum => Rounds.Max();

    public static double MedianOf(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
