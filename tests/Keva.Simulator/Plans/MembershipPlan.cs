using Keva.Simulator.World;

namespace Keva.Simulator.Plans;

/// <summary>What operators ask for while clients work.</summary>
internal enum OperatorRequest
{
    /// <summary>A node is to leave, and its machine to come back later.</summary>
    Leave,

    /// <summary>Some node is told to have another removed.</summary>
    Remove,

    /// <summary>Somebody else is to lead.</summary>
    Transfer,

    /// <summary>A node is stopped, and started at another address.</summary>
    Move,
}

/// <summary>Who begins the cluster, who comes later, and how often operators change something.</summary>
internal sealed record MembershipPlan
{
    /// <summary>The first so many machines are listed, and form the cluster; none if all find each other by gossip.</summary>
    public required int Founders { get; init; }

    /// <summary>How often each request is made, by <see cref="OperatorRequest"/>.</summary>
    public required IReadOnlyList<int> Weights { get; init; }

    public required TimeSpan MeanInterval { get; init; }

    /// <summary>How often a node that comes back after it was removed has an empty directory.</summary>
    public required double EmptyDirectoryRate { get; init; }

    public required TimeSpan LongestAbsence { get; init; }

    public static MembershipPlan Draw(Dice dice, int nodes)
    {
        var founders = dice.Weighted([70, 24, 6]) switch
        {
            0 => nodes,
            1 => dice.Between(1, nodes),
            _ => 0,
        };
        var weights = new int[Enum.GetValues<OperatorRequest>().Length];
        if (dice.Chance(0.5))
        {
            for (var kind = 0; kind < weights.Length; kind++)
            {
                weights[kind] = dice.Chance(0.4) ? 0 : dice.Between(1, 5);
            }
        }

        return new MembershipPlan
        {
            Founders = founders,
            Weights = weights,
            MeanInterval = dice.Spread(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(12)),
            EmptyDirectoryRate = dice.Chance(0.3) ? 0 : dice.Between(0.2, 1),
            LongestAbsence = dice.Spread(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10)),
        };
    }
}
