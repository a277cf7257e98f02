using Keva.Raft.Roles;
using Keva.Simulator.Rules;

namespace Keva.Tests.Raft.Cluster;

/// <summary>
/// What a healthy cluster owes its users: a leader, writes and reads through every server, and all servers equal, soon.
/// </summary>
internal sealed class Recuperation(SimulatedWorld world)
{
    private const long Patience = 600 * FaultPlan.TickMilliseconds;

    public void Demand()
    {
        var deadline = world.Schedule.Now + Patience;
        Await(deadline, "a leader is elected and known to all", () =>
            world.Servers.Count(server => server.Driver.IsLeader) == 1
            && world.Servers.All(server => !server.Leadership.Leader.IsNone));
        foreach (var server in world.Servers)
        {
            DemandWrite(server, deadline);
        }

        DemandReads(deadline);
        Await(deadline, "all servers apply the same", () =>
            world.Servers.All(server => server.Machine.AppliedIndex == world.Rules.Committed
                && server.Driver.Core.Log.LastIndex == world.Rules.Committed));
        DemandPeace();
    }

    /// <summary>A write may be refused or lost while things settle; a client that tries again must succeed.</summary>
    private void DemandWrite(SimulatedServer server, long deadline)
    {
        while (true)
        {
            var numbers = world.NextProposals(3);
            server.Propose(numbers);
            var tryUntil = world.Schedule.Now + 20 * FaultPlan.TickMilliseconds;
            while (world.Schedule.Now < tryUntil)
            {
                world.Schedule.RunTo(world.Schedule.Now + 1);
                if (server.HasAcknowledged(numbers[^1]))
                {
                    return;
                }
            }

            Require(world.Schedule.Now < deadline, $"a write through n{server.Number} succeeds");
        }
    }

    private void DemandReads(long deadline)
    {
        foreach (var server in world.Servers)
        {
            foreach (var lease in new[] { false, true })
            {
                var read = world.NextRead();
                server.Read(read, lease);
                Await(deadline, $"read {read} through n{server.Number} is confirmed", () => world.Rules.Clients.IsConfirmed(read));
            }
        }
    }

    /// <summary>With nothing going wrong, nobody stands for election.</summary>
    private void DemandPeace()
    {
        var leader = world.Servers.Single(server => server.Driver.IsLeader);
        var term = leader.Driver.Core.Term;
        world.Schedule.RunTo(world.Schedule.Now + 60 * FaultPlan.TickMilliseconds);
        Require(
            world.Servers.All(server => server.Driver.Core.Term == term) && leader.Driver.Core.Role == RoleKind.Leader,
            "a leader that works stays leader");
    }

    private void Await(long deadline, string what, Func<bool> condition)
    {
        while (!condition())
        {
            Require(world.Schedule.Now < deadline, what);
            world.Schedule.RunTo(world.Schedule.Now + FaultPlan.TickMilliseconds);
        }
    }

    private static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new BrokenRuleException("after all faults ended", what);
        }
    }
}
