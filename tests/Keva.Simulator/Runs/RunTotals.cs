using Keva.Simulator.Situations;
using Keva.Simulator.World;

namespace Keva.Simulator.Runs;

/// <summary>What many seeds did together.</summary>
internal sealed class RunTotals
{
    public int Seeds { get; private set; }

    public RunCounts Counts { get; } = new();

    public SituationCounts Situations { get; } = new();

    public long Served { get; private set; }

    public long Open { get; private set; }

    public SortedDictionary<int, SeedResult> Failures { get; } = [];

    public void Add(SeedResult result)
    {
        Seeds++;
        Counts.Add(result.Counts);
        Situations.Add(result.Situations);
        Served += result.Served;
        Open += result.Open;
        if (result.IsFailure)
        {
            Failures.Add(result.Seed, result);
        }
    }
}
