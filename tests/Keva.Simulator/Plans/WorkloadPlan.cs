using Keva.Simulator.World;

namespace Keva.Simulator.Plans;

/// <summary>What the clients do.</summary>
internal sealed record WorkloadPlan
{
    public required int Clients { get; init; }

    /// <summary>
    /// Whether each node has a client besides that only reads, and from it alone: others hang on a write to a node that has
    /// lost its majority, and are not there when it answers reads for a moment too long.
    /// </summary>
    public required bool HasResidentReaders { get; init; }

    public required int Keys { get; init; }

    /// <summary>How much of the load goes to the first key.</summary>
    public required double HotKeyRate { get; init; }

    public required int MaximumValueBytes { get; init; }

    /// <summary>How many of the values have no bytes at all.</summary>
    public required double EmptyValueRate { get; init; }

    public required double ReadRate { get; init; }

    /// <summary>How many of the writes are deletes.</summary>
    public required double DeleteRate { get; init; }

    public required double LeaseReadRate { get; init; }

    public required double StaleReadRate { get; init; }

    /// <summary>How many writes are not to be forwarded.</summary>
    public required double LeaderOnlyRate { get; init; }

    /// <summary>How often a client sticks to its node, rather than asking any.</summary>
    public required double StickyRate { get; init; }

    public required TimeSpan LongestThinkTime { get; init; }

    /// <summary>How long a client waits for an answer before it gives up and goes on without one.</summary>
    public required TimeSpan Patience { get; init; }

    /// <summary>How often a client that does not know what became of its write writes the same key again at once.</summary>
    public required double RetryRate { get; init; }

    /// <summary>The load of a client that only reads, and does not wait long.</summary>
    public WorkloadPlan ForResidentReader() => this with
    {
        ReadRate = 1,
        StickyRate = 1,
        LongestThinkTime = LongestThinkTime / 2,
        Patience = TimeSpan.FromMilliseconds(400),
    };

    public static WorkloadPlan Draw(Dice dice, bool leases)
    {
        var shape = dice.Below(4);
        var manyKeys = shape == 1;
        var largeValues = shape == 2;
        return new WorkloadPlan
        {
            Clients = dice.Between(2, 14),
            HasResidentReaders = dice.Chance(0.4),
            Keys = manyKeys ? dice.Between(50, 400) : dice.Between(1, 8),
            HotKeyRate = dice.Chance(0.4) ? dice.Fraction() * 0.8 : 0,
            MaximumValueBytes = largeValues ? dice.Between(1_000, 30_000) : dice.Between(8, 200),
            EmptyValueRate = dice.Chance(0.3) ? dice.Between(0, 0.05) : 0,
            ReadRate = dice.Between(0.1, 0.7),
            DeleteRate = dice.Chance(0.3) ? 0 : dice.Between(0, 0.4),
            LeaseReadRate = leases ? dice.Between(0, 0.6) : 0,
            StaleReadRate = dice.Chance(0.5) ? 0 : dice.Between(0, 0.3),
            LeaderOnlyRate = dice.Chance(0.5) ? 0 : dice.Between(0, 0.5),
            StickyRate = dice.Chance(0.5) ? 0 : dice.Fraction(),
            LongestThinkTime = dice.Spread(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(800)),
            Patience = dice.Between(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(7)),
            RetryRate = dice.Fraction(),
        };
    }
}
