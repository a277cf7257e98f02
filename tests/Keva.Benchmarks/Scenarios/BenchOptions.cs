using System.IO.Enumeration;

namespace Keva.Benchmarks.Scenarios;

/// <summary>What a run was asked for.</summary>
internal sealed record BenchOptions
{
    /// <summary>How long each measurement takes.</summary>
    public required double Seconds { get; init; }

    public required int Rounds { get; init; }

    /// <summary>Names of workloads, with <c>*</c> for any part; everything if there are none.</summary>
    public required string[] Only { get; init; }

    public required bool IsAgainstEtcd { get; init; }

    /// <summary>Where the servers keep their data.</summary>
    public required string Directory { get; init; }

    /// <summary>Load before each measurement. The first request of a fresh server costs a thousand times the others.</summary>
    public double WarmUpSeconds => Math.Min(1, Seconds / 2);

    public bool IsWanted(string workload) =>
        Only.Length == 0 || Only.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, workload));
}
