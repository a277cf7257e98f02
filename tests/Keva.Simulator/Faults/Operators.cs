using Keva.Node.Consensus;
using Keva.Node.Hosting;
using Keva.Raft;
using Keva.Raft.Membership;
using Keva.Simulator.Plans;
using Keva.Simulator.Situations;
using Keva.Simulator.World;

namespace Keva.Simulator.Faults;

/// <summary>
/// People who change the cluster while it works: they have nodes leave or removed, move them, and have others lead. They
/// never take away so much that the cluster is lost by that alone.
/// </summary>
internal sealed class Operators(SimulatedCluster cluster, Dice dice)
{
    // A request that nobody answers any more may still be under way, in a queue of a node that stands still.
    private static readonly TimeSpan RequestsLast = TimeSpan.FromSeconds(25);

    private int open;

    private MembershipPlan Plan => cluster.Plan.Membership;

    /// <summary>Whether some request has not come to its end.</summary>
    public bool AreBusy => open > 0;

    public void Start() =>
        cluster.After(Plan.MeanInterval * dice.Between(0.1, 1.9), () =>
        {
            if (!cluster.IsHealed)
            {
                Ask();
                Start();
            }
        });

    /// <summary>A node was removed, and stopped or must be stopped: its machine comes back later, to join anew.</summary>
    /// <param name="machine">Its machine.</param>
    /// <param name="wasTold">It did not find that in its log, and so cannot join with what it has.</param>
    public void OnRemoved(SimulatedMachine machine, bool wasTold = false)
    {
        machine.MustJoin = true;
        cluster.Crash(machine);
        if (wasTold)
        {
            machine.Wipe();
        }

        cluster.After(cluster.IsHealed ? TimeSpan.Zero : dice.Between(TimeSpan.Zero, Plan.LongestAbsence), () => BringBack(machine));
    }

    /// <summary>
    /// Does what nodes say that they wait for: who is no member any more, and knows it, is told to join again, and who lost
    /// sight of the others where they are.
    /// </summary>
    public void HelpThoseWaiting()
    {
        foreach (var machine in cluster.Machines.Where(machine => machine is { HasData: true, MustJoin: false, Process.Driver: not null } && IsOut(machine) && !IsNamed(machine.Process)))
        {
            cluster.Note($"{machine.Name} is told to join again");
            machine.MustJoin = true;
            cluster.Crash(machine);
            cluster.Start(machine);
        }

        HelpThoseLost();
    }

    private static bool IsNamed(SimulatedProcess process) => process.Core.Configuration.Find(process.Id) is not null;

    // Who was cut off while all moved, itself among them, finds nobody where its files of then say, and nobody finds it.
    private void HelpThoseLost()
    {
        if (cluster.Machines.All(machine => machine.Port == SimulatedMachine.FirstPort))
        {
            return;
        }

        foreach (var machine in cluster.Machines.Where(machine => machine.Process is { Views.Current.IsReady: false }))
        {
            cluster.Note($"{machine.Name} is started anew with the addresses of now");
            cluster.Crash(machine);
            cluster.Start(machine);
        }
    }

    private bool IsOut(SimulatedMachine machine) => cluster.Rules.Raft.Configurations.Committed?.Find(machine.Node) is null;

    private void BringBack(SimulatedMachine machine)
    {
        if (machine.IsRunning)
        {
            return;
        }

        if (dice.Chance(Plan.EmptyDirectoryRate) && machine.HasData && cluster.Electorate.MayLose(machine))
        {
            cluster.Note($"the directory of {machine.Name} is emptied");
            machine.Wipe();
        }

        cluster.Start(machine);
    }

    private void Ask()
    {
        var drawn = dice.Weighted(Plan.Weights);
        var machine = dice.Pick(cluster.Machines);
        if (drawn < 0 || machine.Process is not { Driver: not null, IsStopping: false } process)
        {
            return;
        }

        switch ((OperatorRequest)drawn)
        {
            case OperatorRequest.Leave when !process.IsLeaving && cluster.Electorate.MayRemove(machine.Node):
                Leave(process);
                break;
            case OperatorRequest.Remove:
                var victim = dice.Pick(cluster.Machines);
                if (cluster.Electorate.MayRemove(victim.Node) && process.Core.Configuration.Find(victim.Node) is not null)
                {
                    Remove(process, victim);
                }

                break;
            case OperatorRequest.Transfer:
                Transfer(process);
                break;
            case OperatorRequest.Move:
                Move(process);
                break;
        }
    }

    private void Leave(SimulatedProcess process)
    {
        cluster.Note($"{process} is asked to leave");
        var hasLed = process.IsLeader;
        process.IsLeaving = true;
        BeginRemoval(process.Id, process, out var end);
        process.Ask(LeaveCluster.Instance, reply =>
        {
            if (reply is LeaveEnded { Problem: { } problem })
            {
                process.IsLeaving = false;
                cluster.Note($"{process} has not left: {problem.Refusal} {problem.Problem}");
                end();
                return;
            }

            cluster.Note($"{process} has left");
            cluster.Situations.Count(hasLed ? Situation.LeaderLeft : Situation.NodeLeft);
            process.Machine.MustJoin = true;
            cluster.WhenEnded(process, () => OnRemoved(process.Machine));
            cluster.Stop(process.Machine);
            end();
        });
    }

    private void Remove(SimulatedProcess process, SimulatedMachine victim)
    {
        cluster.Note($"{process} is asked to have {victim.Name} removed");
        var node = victim.Node;
        BeginRemoval(node, process, out var end);
        process.AskConsensus(new ChangeConfiguration(ConfigurationChange.ToRemove(node)), reply =>
        {
            var ended = (ConfigurationChangeEnded)reply;
            cluster.Note($"{victim.Name} is removed: {ended.Refusal} {ended.Problem}");
            if (ended.Refusal == ConfigurationRefusal.None && victim.Node == node)
            {
                cluster.After(dice.Between(TimeSpan.Zero, TimeSpan.FromSeconds(2)), () =>
                {
                    // It may have seen it itself, and be back.
                    if (IsOut(victim))
                    {
                        OnRemoved(victim);
                    }
                });
            }

            end();
        });
    }

    private void BeginRemoval(NodeId node, SimulatedProcess process, out Action end)
    {
        open++;
        cluster.Electorate.OnRemovalAsked(node);
        var isEnded = false;
        end = () =>
        {
            if (!isEnded)
            {
                isEnded = true;
                open--;
                cluster.After(RequestsLast, () => cluster.Electorate.OnRemovalEnded(node));
            }
        };
        cluster.WhenEnded(process, end);
    }

    private void Transfer(SimulatedProcess process)
    {
        var voters = process.Core.Configuration.Voters;
        var target = voters.IsEmpty || dice.Chance(0.4) ? NodeId.None : dice.Pick(voters);
        cluster.Note($"{process} is asked to have {target} lead");
        process.AskConsensus(new TransferLeadership(target), _ => { });
    }

    // In good order or not, as it happens.
    private void Move(SimulatedProcess process)
    {
        var machine = process.Machine;
        cluster.Note($"{machine.Name} is to move");
        cluster.WhenEnded(process, () =>
        {
            if (!machine.IsRunning)
            {
                machine.Move();
                cluster.Situations.Count(Situation.NodeMoved);
                cluster.After(dice.Between(TimeSpan.Zero, Plan.LongestAbsence), () => cluster.Start(machine));
            }
        });
        if (dice.Chance(0.5))
        {
            cluster.Crash(machine);
        }
        else
        {
            cluster.Stop(machine);
        }
    }
}
