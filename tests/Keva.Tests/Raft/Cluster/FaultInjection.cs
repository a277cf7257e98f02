using Keva.Raft;
using Keva.Raft.Membership;

namespace Keva.Tests.Raft.Cluster;

/// <summary>Does one thing after another to a cluster that it should survive.</summary>
internal sealed class FaultInjection(SimulatedWorld world)
{
    private Random Random => world.Random;

    public void InjectOne()
    {
        var weights = world.Plan.Weights;
        var sum = weights.Sum();
        if (sum == 0)
        {
            return;
        }

        var drawn = Random.Next(sum);
        var fault = 0;
        while (drawn >= weights[fault])
        {
            drawn -= weights[fault++];
        }

        Inject((Fault)fault, Victim());
    }

    private SimulatedServer Victim()
    {
        var any = world.Servers[Random.Next(world.Servers.Count)];
        return Random.NextDouble() < world.Plan.LeaderRate
            ? world.Servers.FirstOrDefault(server => server.IsRunning && server.Driver.IsLeader) ?? any
            : any;
    }

    private void Inject(Fault fault, SimulatedServer server)
    {
        switch (fault)
        {
            case Fault.Crash:
                Crash(server);
                break;
            case Fault.CrashAll:
                foreach (var each in world.Servers)
                {
                    Crash(each);
                }

                break;
            case Fault.Isolate:
                Cut((from, to) => from == server.Number || to == server.Number);
                break;
            case Fault.Split:
                var sides = Random.Next(1 << world.Servers.Count);
                Cut((from, to) => ((sides >> from) & 1) != ((sides >> to) & 1));
                break;
            case Fault.CutOneWay:
                var other = Random.Next(1, world.Servers.Count + 1);
                Cut((from, to) => from == server.Number && to == other);
                break;
            case Fault.HealNetwork:
                world.Network.Restore();
                break;
            case Fault.StallJournal:
                Stall(server);
                break;
            case Fault.Pause:
                server.Pause(Random.Next(1, 400));
                break;
            case Fault.TransferLeadership:
                NodeId? target = Random.Next(2) == 0 ? null : new NodeId((ulong)Random.Next(1, world.Servers.Count + 1));
                server.Input(InputSource.Operator, () => $"hands over to {target}", driver => driver.Core.TransferLeadership(target));
                break;
            case Fault.LoseConnection:
                var peer = new NodeId((ulong)Random.Next(1, world.Servers.Count + 1));
                server.Input(InputSource.Peers, () => $"lost touch with {peer}", driver => driver.OnPeerUnreachable(peer));
                break;
            case Fault.ChangeMembership:
                ChangeMembership(server);
                break;
            case Fault.StopGracefully:
                server.Input(InputSource.Operator, () => "stops", driver =>
                {
                    if (!world.IsHealed)
                    {
                        driver.BeginStop();
                    }
                });
                world.Schedule.After(Random.Next(1, 300), () => Crash(server));
                break;
        }
    }

    // Whoever asks need not know who leads: those that do not refuse.
    private void ChangeMembership(SimulatedServer asked)
    {
        var leader = world.Servers.FirstOrDefault(server => server.IsRunning && server.Driver.IsLeader) ?? asked;
        leader.Input(InputSource.Operator, () => "changes the configuration", driver =>
        {
            if (!world.IsHealed && !driver.Core.Configuration.IsJoint)
            {
                driver.ChangeConfiguration(DrawChange(driver.Core.Configuration), out _);
            }
        });
    }

    private ConfigurationChange DrawChange(ClusterConfiguration current)
    {
        var number = Random.Next(1, world.Servers.Count + 1);
        var id = new NodeId((ulong)number);
        var outside = world.Servers.Where(server => current.Find(server.Id) is null).Select(server => SimulatedWorld.MemberOf(server.Number)).ToArray();
        return Random.Next(5) switch
        {
            0 => new ConfigurationChange([.. outside], [], []),
            1 => new ConfigurationChange([], [.. current.Learners], []),
            2 => new ConfigurationChange([], [.. current.Learners], [.. current.Voters.Where(_ => Random.Next(2) == 0)]),
            3 when current.Find(id) is not null => ConfigurationChange.ToRemove(id),
            _ when current.Find(id) is null => new ConfigurationChange([SimulatedWorld.MemberOf(number)], Random.Next(3) == 0 ? [id] : [], []),
            _ => ConfigurationChange.ToPut(SimulatedWorld.MemberOf(number) with { PeerAddress = $"moved {Random.Next(100)}" }),
        };
    }

    private void Crash(SimulatedServer server)
    {
        if (!server.IsRunning || world.IsHealed)
        {
            return;
        }

        server.Crash();
        world.Schedule.After(Random.Next(3) == 0 ? 1 : Random.Next(1, 600), () =>
        {
            if (!server.IsRunning)
            {
                server.Start();
            }
        });
    }

    private void Cut(Func<int, int, bool> isCut)
    {
        for (var from = 1; from <= world.Servers.Count; from++)
        {
            for (var to = 1; to <= world.Servers.Count; to++)
            {
                if (isCut(from, to))
                {
                    world.Network.Cut(from, to);
                }
            }
        }

        world.Schedule.After(Random.Next(10, 1200), world.Network.Restore);
    }

    private void Stall(SimulatedServer server)
    {
        if (server.Journal.IsStalled)
        {
            return;
        }

        server.Journal.Stall();
        server.Input(InputSource.Disk, () => "journal stalls", driver => driver.OnJournalStalled());
        world.Schedule.After(Random.Next(1, 1000), () =>
        {
            if (server.Journal.IsStalled)
            {
                server.Journal.Resume();
                server.Input(InputSource.Disk, () => "journal resumes", driver => driver.OnJournalResumed());
            }
        });
    }
}
