using Keva.Simulator.World;

namespace Keva.Simulator.Plans;

/// <summary>What goes wrong while clients work.</summary>
internal enum FaultKind
{
    Crash,
    CrashMany,
    CrashAll,
    Isolate,
    Split,
    CutOneWay,
    HealNetwork,
    BreakConnections,
    Pause,
    PauseMany,
    JumpClock,
    DriftClock,
    SlowDisk,
    FillDisk,
    FailDisk,
    StopInOrder,
    TearJournal,
    CutOffJournal,
    Wipe,
}

/// <summary>When a fault hurts most: something is half done, and only some know of it.</summary>
internal enum Moment
{
    ElectionBegun,
    TransferBegun,
    VoteCast,
    LeaderElected,
    ReadAsked,
    SnapshotSent,
    SnapshotInPlace,
    CheckpointWritten,
}

/// <summary>Which faults there are in one run, how often, and how hard.</summary>
internal sealed record FaultPlan
{
    // Faults that cost a node its data: it can only come back by joining anew.
    private static readonly FaultKind[] Losses = [FaultKind.TearJournal, FaultKind.CutOffJournal, FaultKind.Wipe];

    /// <summary>By <see cref="FaultKind"/>; 0 for a fault that does not happen.</summary>
    public required IReadOnlyList<int> Weights { get; init; }

    public required TimeSpan MeanInterval { get; init; }

    /// <summary>How often a fault comes close upon the one before it.</summary>
    public required double BurstRate { get; init; }

    /// <summary>How often each moment, by <see cref="Moment"/>, is taken for a fault.</summary>
    public required IReadOnlyList<double> AmbushRates { get; init; }

    /// <summary>How often a fault is aimed at a leader, rather than at any node.</summary>
    public required double LeaderRate { get; init; }

    public required TimeSpan LongestDowntime { get; init; }

    public required TimeSpan LongestPartition { get; init; }

    public required TimeSpan LongestPause { get; init; }

    public required int MaximumDriftPartsPerMillion { get; init; }

    /// <summary>How often a node may lose its data; a majority always has what it needs.</summary>
    public required int MostLosses { get; init; }

    /// <summary>Whether clocks keep to what a lease assumes (§6.4.1): only then clients ask for reads by lease.</summary>
    public required bool KeepsLeasePromise { get; init; }

    public static FaultPlan Draw(Dice dice, int nodes)
    {
        var weights = new int[Enum.GetValues<FaultKind>().Length];
        if (!dice.Chance(0.05))
        {
            for (var kind = 0; kind < weights.Length; kind++)
            {
                weights[kind] = dice.Chance(0.45) ? 0 : dice.Between(1, 10);
            }

            foreach (var kind in Losses)
            {
                weights[(int)kind] = dice.Chance(0.25) ? 1 : 0;
            }

            weights[(int)FaultKind.CrashAll] = Math.Min(weights[(int)FaultKind.CrashAll], 2);
            weights[(int)FaultKind.FailDisk] = Math.Min(weights[(int)FaultKind.FailDisk], 2);
        }

        var keepsLeasePromise = dice.Chance(0.6);
        return new FaultPlan
        {
            Weights = weights,
            MeanInterval = dice.Spread(TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(6)),
            BurstRate = dice.Chance(0.5) ? 0 : dice.Between(0, 0.5),
            AmbushRates = DrawAmbushes(dice),
            LeaderRate = dice.Between(0, 0.8),
            LongestDowntime = dice.Spread(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(12)),
            LongestPartition = dice.Spread(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(12)),
            LongestPause = dice.Spread(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(6)),
            MaximumDriftPartsPerMillion = keepsLeasePromise ? 80_000 : 400_000,
            MostLosses = dice.Between(1, nodes + 1),
            KeepsLeasePromise = keepsLeasePromise,
        };
    }

    /// <summary>The same, but who is gone may stay away for long.</summary>
    public FaultPlan WithLongAbsences() => this with
    {
        LongestDowntime = LongestDowntime + TimeSpan.FromSeconds(3),
        LongestPartition = LongestPartition + TimeSpan.FromSeconds(3),
    };

    private static double[] DrawAmbushes(Dice dice)
    {
        var rates = new double[Enum.GetValues<Moment>().Length];
        if (dice.Chance(0.5))
        {
            for (var moment = 0; moment < rates.Length; moment++)
            {
                rates[moment] = dice.Chance(0.4) ? dice.Between(0.02, 0.5) : 0;
            }

            // There are very many of these.
            rates[(int)Moment.ReadAsked] /= 50;
        }

        return rates;
    }
}
