using Keva.Simulator.Plans;
using Keva.Simulator.World;

namespace Keva.Simulator.Faults;

/// <summary>
/// Strikes at moments that chance alone would seldom hit: while a vote is on its way, when a snapshot has just been put
/// in place. Only faults that the plan has, and not much more often than without.
/// </summary>
internal sealed class Ambush(SimulatedCluster cluster, FaultInjector faults, Dice dice)
{
    private static readonly FaultKind[] Sudden = [FaultKind.Crash, FaultKind.Isolate, FaultKind.Pause, FaultKind.BreakConnections];

    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(10);

    private readonly FaultKind[] kinds = [.. Sudden.Where(kind => cluster.Plan.Faults.Weights[(int)kind] > 0)];
    private TimeSpan quietUntil;

    /// <param name="moment">What has just happened.</param>
    /// <param name="machine">Where.</param>
    public void On(Moment moment, SimulatedMachine machine)
    {
        var plan = cluster.Plan.Faults;
        if (cluster.IsHealed || kinds.Length == 0 || cluster.World.Now < quietUntil || !dice.Chance(plan.AmbushRates[(int)moment]))
        {
            return;
        }

        quietUntil = cluster.World.Now + (plan.MeanInterval * dice.Between(0.2, 1));
        Strike(machine);
        if (dice.Chance(0.4))
        {
            Strike(machine);
        }
    }

    private void Strike(SimulatedMachine machine)
    {
        var kind = dice.Pick(kinds);
        var isHere = dice.Chance(0.6);
        var delay = dice.Chance(0.4) ? TimeSpan.Zero : dice.Between(TimeSpan.Zero, LongestDelay);
        cluster.After(delay, () =>
        {
            if (!cluster.IsHealed)
            {
                faults.Inject(kind, isHere ? machine : faults.DrawVictim());
            }
        });
    }
}
