using Keva.Simulator.World;

namespace Keva.Simulator.Plans;

/// <summary>How slow disks are while nothing is wrong with them.</summary>
internal sealed record DiskPlan
{
    public required TimeSpan MinimumSync { get; init; }

    public required TimeSpan MaximumSync { get; init; }

    /// <summary>The longest that a step of the checkpoint file takes.</summary>
    public required TimeSpan MaximumCheckpointStep { get; init; }

    public static DiskPlan Draw(Dice dice) => new()
    {
        MinimumSync = TimeSpan.FromMicroseconds(dice.Between(50, 300)),
        MaximumSync = dice.Chance(0.7)
            ? TimeSpan.FromMilliseconds(dice.Between(1, 4))
            : TimeSpan.FromMilliseconds(dice.Between(5, 100)),
        MaximumCheckpointStep = TimeSpan.FromMilliseconds(dice.Chance(0.7) ? dice.Between(1, 10) : dice.Between(10, 200)),
    };
}
