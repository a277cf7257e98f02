namespace Keva.Benchmarks.Scenarios;

/// <summary>Workloads that are measured together, on servers of their own.</summary>
internal interface IScenario
{
    /// <summary>The names of the workloads, and what each of them is.</summary>
    IReadOnlyList<(string Name, string Title)> Workloads { get; }

    Task RunAsync(BenchContext context);
}
