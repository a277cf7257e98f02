using Keva.Simulator.World;

namespace Keva.Simulator.Plans;

/// <summary>
/// How bad the network is all the time. Connections keep what <see cref="Keva.Node.Transport.IPeerNetwork"/> promises (in
/// order, at most once), unless the last three rates say otherwise: then the network is worse than TCP, and Raft must
/// live with that, too.
/// </summary>
internal sealed record NetworkPlan
{
    public required TimeSpan MinimumDelay { get; init; }

    public required TimeSpan MaximumDelay { get; init; }

    /// <summary>How often a message takes much longer than <see cref="MaximumDelay"/>, and all behind it with it.</summary>
    public required double SpikeRate { get; init; }

    public required TimeSpan MaximumSpike { get; init; }

    /// <summary>How much of what was on its way comes in late when a connection breaks, instead of never.</summary>
    public required double StragglerRate { get; init; }

    /// <summary>How often a bit of a frame is flipped on its way.</summary>
    public required double CorruptionRate { get; init; }

    public required double DropRate { get; init; }

    public required double DuplicateRate { get; init; }

    public required double ReorderRate { get; init; }

    /// <summary>How often a datagram of gossip is lost: far more often than anything of a connection.</summary>
    public required double GossipLossRate { get; init; }

    public required double GossipDuplicateRate { get; init; }

    /// <summary>How often a stream of gossip breaks when something is written to it.</summary>
    public required double GossipBreakRate { get; init; }

    public static NetworkPlan Draw(Dice dice)
    {
        var isWorseThanTcp = dice.Chance(0.3);
        return new NetworkPlan
        {
            MinimumDelay = TimeSpan.FromMicroseconds(dice.Between(50, 500)),
            MaximumDelay = dice.Chance(0.7)
                ? TimeSpan.FromMilliseconds(dice.Between(1, 5))
                : TimeSpan.FromMilliseconds(dice.Between(5, 80)),
            SpikeRate = dice.Chance(0.5) ? 0 : dice.Between(0, 0.01),
            MaximumSpike = TimeSpan.FromMilliseconds(dice.Between(50, 1500)),
            StragglerRate = dice.Chance(0.5) ? dice.Fraction() : 0,
            CorruptionRate = dice.Chance(0.7) ? 0 : dice.Between(0, 0.002),
            DropRate = isWorseThanTcp && dice.Chance(0.6) ? dice.Between(0, 0.1) : 0,
            DuplicateRate = isWorseThanTcp && dice.Chance(0.6) ? dice.Between(0, 0.2) : 0,
            ReorderRate = isWorseThanTcp && dice.Chance(0.6) ? dice.Between(0, 0.3) : 0,
            GossipLossRate = dice.Chance(0.3) ? 0 : dice.Between(0, dice.Chance(0.2) ? 0.5 : 0.1),
            GossipDuplicateRate = dice.Chance(0.6) ? 0 : dice.Between(0, 0.2),
            GossipBreakRate = dice.Chance(0.6) ? 0 : dice.Between(0, 0.2),
        };
    }
}
