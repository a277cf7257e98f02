using Keva.Simulator.Plans;
using Keva.Simulator.Situations;
using Keva.Simulator.World;

namespace Keva.Simulator.Faults;

/// <summary>Does one thing after another to a cluster that it should survive, until all is healed.</summary>
internal sealed class FaultInjector(SimulatedCluster cluster, Dice dice)
{
    private FaultPlan Plan => cluster.Plan.Faults;

    public void Start() => ScheduleNext();

    public void Inject(FaultKind kind, SimulatedMachine victim)
    {
        if (kind is FaultKind.Isolate or FaultKind.Split or FaultKind.CutOneWay or FaultKind.HealNetwork or FaultKind.BreakConnections)
        {
            InjectIntoNetwork(kind, victim);
        }
        else if (kind is FaultKind.SlowDisk or FaultKind.FillDisk or FaultKind.FailDisk)
        {
            InjectIntoDisk(kind, victim);
        }
        else if (kind is FaultKind.TearJournal or FaultKind.CutOffJournal or FaultKind.Wipe)
        {
            Lose(kind, victim);
        }
        else
        {
            InjectIntoProcess(kind, victim);
        }
    }

    /// <summary>The leader or any, as often as the plan says.</summary>
    public SimulatedMachine DrawVictim()
    {
        var any = dice.Pick(cluster.Machines);
        return dice.Chance(Plan.LeaderRate) ? cluster.Machines.FirstOrDefault(machine => machine.Process is { IsLeader: true }) ?? any : any;
    }

    private void ScheduleNext() =>
        cluster.After(DrawInterval(), () =>
        {
            if (!cluster.IsHealed)
            {
                InjectOne();
                ScheduleNext();
            }
        });

    private TimeSpan DrawInterval() =>
        dice.Chance(Plan.BurstRate)
            ? dice.Spread(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1))
            : Plan.MeanInterval * dice.Between(0.1, 1.9);

    private void InjectOne()
    {
        var drawn = dice.Weighted(Plan.Weights);
        if (drawn >= 0)
        {
            Inject((FaultKind)drawn, DrawVictim());
        }
    }

    private void InjectIntoProcess(FaultKind kind, SimulatedMachine victim)
    {
        switch (kind)
        {
            case FaultKind.Crash:
                CrashAndRestart(victim);
                break;
            case FaultKind.CrashMany:
            case FaultKind.CrashAll:
                CrashMany(all: kind == FaultKind.CrashAll);
                break;
            case FaultKind.Pause:
                Pause(victim);
                break;
            case FaultKind.PauseMany:
                foreach (var machine in cluster.Machines.Where(_ => dice.Chance(0.5)))
                {
                    Pause(machine);
                }

                break;
            case FaultKind.StopInOrder:
                StopAndRestart(victim);
                break;
            case FaultKind.JumpClock when victim.Process is { } process:
                var jump = dice.Between(TimeSpan.FromHours(-2), TimeSpan.FromHours(2));
                cluster.Note($"the clock of {process} jumps by {jump}");
                process.Host.ClockOffset += jump;
                break;
            case FaultKind.DriftClock when victim.Process is { } process:
                var drift = dice.Between(-Plan.MaximumDriftPartsPerMillion, Plan.MaximumDriftPartsPerMillion);
                cluster.Note($"the clock of {process} drifts by {drift} parts per million");
                process.Host.ClockDriftPartsPerMillion = drift;
                break;
        }
    }

    private void CrashMany(bool all)
    {
        var victims = cluster.Machines.Where(machine => machine.IsRunning && (all || dice.Chance(0.5))).ToArray();
        if (victims.Length > cluster.Machines.Count / 2)
        {
            cluster.Situations.Count(Situation.MajorityCrashedAtOnce);
        }

        foreach (var machine in victims)
        {
            CrashAndRestart(machine);
        }
    }

    private void CrashAndRestart(SimulatedMachine machine)
    {
        cluster.Crash(machine);
        StartLater(machine, dice.Chance(0.3) ? TimeSpan.FromMilliseconds(1) : Plan.LongestDowntime);
    }

    private void StopAndRestart(SimulatedMachine machine)
    {
        if (machine.Process is not { IsStopping: false } process)
        {
            return;
        }

        cluster.WhenEnded(process, () => StartLater(machine, Plan.LongestDowntime));
        cluster.Stop(machine);

        // Whoever stops a node waits only so long.
        cluster.After(cluster.Plan.Settings.Actors.ShutdownTimeout, () =>
        {
            if (!process.IsEnded)
            {
                cluster.Crash(machine);
            }
        });
    }

    private void StartLater(SimulatedMachine machine, TimeSpan atMost) =>
        cluster.After(dice.Between(TimeSpan.Zero, atMost), () => cluster.Start(machine));

    private void Pause(SimulatedMachine machine)
    {
        if (machine.Process is not { Host.IsPaused: false } process)
        {
            return;
        }

        var duration = dice.Between(TimeSpan.FromMilliseconds(10), Plan.LongestPause);
        cluster.Note($"{process} stands still for {duration}");
        cluster.Counts.Pauses++;
        cluster.OnPaused(process);
        process.Host.Pause();
        cluster.After(duration, () =>
        {
            if (!process.IsEnded)
            {
                process.Resume();
            }
        });
    }

    private void InjectIntoNetwork(FaultKind kind, SimulatedMachine victim)
    {
        switch (kind)
        {
            case FaultKind.Isolate:
                CutWhere($"{victim.Name} is isolated", (from, to) => from == victim || to == victim);
                break;
            case FaultKind.Split:
                var sides = dice.Below(1 << (cluster.Machines.Count + 1));
                CutWhere($"split {sides:b}", (from, to) => ((sides >> from.Number) & 1) != ((sides >> to.Number) & 1));
                break;
            case FaultKind.CutOneWay:
                var other = dice.Pick(cluster.Machines);
                CutWhere($"nothing comes from {victim.Name} to {other.Name}", (from, to) => from == victim && to == other);
                break;
            case FaultKind.HealNetwork:
                cluster.Note("the network heals");
                cluster.Network.Restore();
                break;
            default:
                cluster.Note($"connections of {victim.Name} break");
                foreach (var connection in cluster.Network.Connections.Where(connection => connection.From.Machine == victim || connection.To == victim).ToArray())
                {
                    if (dice.Chance(0.6))
                    {
                        connection.Break();
                    }
                }

                break;
        }
    }

    private void CutWhere(string what, Func<SimulatedMachine, SimulatedMachine, bool> isCut)
    {
        cluster.Note(what);
        cluster.Counts.Partitions++;
        foreach (var from in cluster.Machines)
        {
            foreach (var to in cluster.Machines.Where(to => isCut(from, to)))
            {
                cluster.Network.Cut(from, to);
            }
        }

        cluster.After(dice.Between(TimeSpan.FromMilliseconds(50), Plan.LongestPartition), cluster.Network.Restore);
    }

    private void InjectIntoDisk(FaultKind kind, SimulatedMachine victim)
    {
        cluster.Counts.DiskFaults++;
        cluster.Note($"{victim.Name}: {kind}");
        switch (kind)
        {
            case FaultKind.SlowDisk:
                victim.Journal.MaximumLatency = dice.Spread(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(1));
                victim.Checkpoint.MaximumLatency = dice.Spread(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(1));
                break;
            case FaultKind.FillDisk:
                victim.Journal.IsFull = dice.Chance(0.8);
                victim.Checkpoint.IsFull = dice.Chance(0.8);
                break;
            default:
                victim.HasFailedDisk = true;
                victim.Journal.IsFailing = dice.Chance(0.7);
                victim.Checkpoint.IsFailing = !victim.Journal.IsFailing;
                if (victim.Process is { } process)
                {
                    cluster.WhenEnded(process, () => RepairAndStart(victim));
                }

                break;
        }

        cluster.After(dice.Between(TimeSpan.FromMilliseconds(100), Plan.LongestDowntime), () =>
        {
            // A disk that failed is mended with the node stopped.
            if (!victim.HasFailedDisk)
            {
                victim.MendDisk();
            }
            else if (!victim.IsRunning)
            {
                RepairAndStart(victim);
            }
        });
    }

    private void RepairAndStart(SimulatedMachine machine)
    {
        machine.MendDisk();
        StartLater(machine, Plan.LongestDowntime);
    }

    /// <summary>
    /// The node's data is lost or damaged while it is down. It comes up again, and must do no harm: without its data as a new
    /// member in place of its old self, with damaged data not before somebody has emptied its directory.
    /// </summary>
    private void Lose(FaultKind kind, SimulatedMachine victim)
    {
        if (!victim.HasData || cluster.Counts.Losses >= Plan.MostLosses || !cluster.Electorate.MayLose(victim))
        {
            return;
        }

        cluster.Note($"{victim.Name}: {kind}");
        CrashAndRestart(victim);
        if (kind != FaultKind.Wipe && victim.Journal.RowCount == 0)
        {
            return;
        }

        var wasReported = victim.Journal.IsLastRowReported;
        if (kind == FaultKind.CutOffJournal && (!victim.Journal.LoseLastTransaction() || !wasReported))
        {
            // Nobody was promised what is gone: the node must go on without it.
            return;
        }

        cluster.Counts.Losses++;
        if (kind == FaultKind.Wipe)
        {
            victim.Wipe();
            return;
        }

        if (kind == FaultKind.TearJournal)
        {
            victim.Journal.TearLastRow();
        }

        victim.Damage = kind;
        cluster.After(dice.Between(TimeSpan.Zero, Plan.LongestDowntime * 3), () =>
        {
            if (victim.Damage is not null && !victim.IsRunning)
            {
                cluster.Note($"the directory of {victim.Name} is emptied");
                victim.Wipe();
                StartLater(victim, Plan.LongestDowntime);
            }
        });
    }
}
