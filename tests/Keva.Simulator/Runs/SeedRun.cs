using Keva.Linearizability;
using Keva.Simulator.Faults;
using Keva.Simulator.Rules;
using Keva.Simulator.Workload;
using Keva.Simulator.World;

namespace Keva.Simulator.Runs;

/// <summary>Runs one seed from its beginning to its end.</summary>
internal static class SeedRun
{
    private const int TraceLines = 60;

    /// <param name="seed">Decides everything.</param>
    /// <param name="trace">Gets every step; null if nobody wants to read them.</param>
    public static SeedResult Run(int seed, Action<string>? trace = null)
    {
        var cluster = new SimulatedCluster(seed, trace);
        string? failure = null;
        string? rule = null;
        try
        {
            Run(cluster);
        }
        catch (BrokenRuleException broken)
        {
            (failure, rule) = (broken.Message, broken.Rule);
        }
        catch (Exception exception)
        {
            (failure, rule) = (exception.ToString(), exception.GetType().Name);
        }

        var counts = cluster.Counts;
        counts.Elections = cluster.Rules.Raft.Elections;
        counts.Operations = cluster.History.Served + cluster.History.Refused + cluster.History.Open;
        counts.Steps = cluster.World.Steps;
        counts.SimulatedTime = cluster.World.Now;
        return new SeedResult(
            seed,
            rule,
            failure,
            failure is null ? [] : [.. cluster.Trace.Last(TraceLines)],
            cluster.World.Fingerprint,
            counts,
            cluster.Situations,
            cluster.History.Served,
            cluster.History.Open);
    }

    private static void Run(SimulatedCluster cluster)
    {
        var dice = cluster.Dice.Fork();
        cluster.Note(cluster.Plan.ToString());
        foreach (var machine in cluster.Machines)
        {
            cluster.After(dice.Between(TimeSpan.Zero, TimeSpan.FromSeconds(1)), () => cluster.Start(machine));
            machine.MendDisk();
        }

        var workload = cluster.Plan.Workload;
        var clients = Enumerable.Range(1, workload.Clients).Select(number => new SimulatedClient(number, cluster, workload, dice.Fork())).ToList();
        if (workload.HasResidentReaders)
        {
            clients.AddRange(cluster.Machines.Select(machine =>
                new SimulatedClient(workload.Clients + machine.Number, cluster, workload.ForResidentReader(), dice.Fork(), machine)));
        }

        foreach (var client in clients)
        {
            client.Start();
        }

        var faults = new FaultInjector(cluster, dice.Fork());
        cluster.Ambush = new Ambush(cluster, faults, dice.Fork());
        faults.Start();
        cluster.Operators = new Operators(cluster, dice.Fork());
        cluster.Operators.Start();
        cluster.World.AdvanceBy(cluster.Plan.Duration);
        foreach (var client in clients)
        {
            client.Stop();
        }

        new Healing(cluster, dice.Fork()).Run();
        CheckHistory(cluster.History.Operations);
    }

    private static void CheckHistory(IReadOnlyList<Operation> operations)
    {
        var result = LinearizabilityChecker.Check(operations);
        if (result.Verdict != Verdict.Ok)
        {
            throw new BrokenRuleException("linearizability", result.ToString());
        }

        result = RevisionCheck.Check(operations);
        if (result.Verdict != Verdict.Ok)
        {
            throw new BrokenRuleException("strict serializability", result.ToString());
        }
    }
}
