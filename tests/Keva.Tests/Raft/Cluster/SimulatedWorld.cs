using Keva.Raft;
using Keva.Raft.Membership;

namespace Keva.Tests.Raft.Cluster;

/// <summary>A whole cluster in virtual time, from one seed: servers, network, disks, clients and what goes wrong.</summary>
internal sealed class SimulatedWorld
{
    private readonly Action<string>? trace;
    private readonly List<SimulatedServer> servers = [];
    private ulong lastProposal;
    private long lastRead;

    public SimulatedWorld(int seed, Action<string>? trace = null)
    {
        this.trace = trace;
        Random = new Random(seed);
        Plan = FaultPlan.Draw(Random);
        Rules = new ClusterRules(() => servers, Plan.Servers);
        Network = new SimulatedNetwork(Schedule, Random, Plan, (from, to, message) =>
            servers[to - 1].Input(InputSource.Peers, () => $"gets from {from}: {message}", driver => driver.Receive(new NodeId((ulong)from), message, Schedule.Time)));
        var configuration = ClusterConfiguration.OfVoters(
            Enumerable.Range(1, Plan.Servers).Select(number => new Member(new NodeId((ulong)number), $"n{number}", "", "")));
        servers.AddRange(Enumerable.Range(1, Plan.Servers).Select(number => new SimulatedServer(number, this, configuration)));
        trace?.Invoke(Plan.ToString());
    }

    public FaultPlan Plan { get; }

    public Schedule Schedule { get; } = new();

    public Random Random { get; }

    public SimulatedNetwork Network { get; }

    public ClusterRules Rules { get; }

    public IReadOnlyList<SimulatedServer> Servers => servers;

    /// <summary>Whether the time of faults is over.</summary>
    public bool IsHealed { get; private set; }

    public void Trace(SimulatedServer server, Func<string> what) =>
        trace?.Invoke($"{Schedule.Now,6} n{server.Number} {what()}");

    /// <summary>Faults for a while; then all is well again, and everything must come to a good end.</summary>
    public void Run()
    {
        foreach (var server in servers)
        {
            server.Start();
        }

        ScheduleRequests();
        ScheduleCheckpoints();
        ScheduleFaults();
        Schedule.RunTo(Plan.FaultMilliseconds);
        Heal();
        new Recuperation(this).Demand();
    }

    public IReadOnlyList<ulong> NextProposals(int count)
    {
        var numbers = new ulong[count];
        for (var i = 0; i < count; i++)
        {
            numbers[i] = ++lastProposal;
        }

        return numbers;
    }

    public long NextRead() => ++lastRead;

    private void ScheduleRequests()
    {
        Schedule.After(1 + Random.NextInt64(Plan.MillisecondsBetweenRequests), () =>
        {
            if (IsHealed)
            {
                return;
            }

            var server = servers[Random.Next(servers.Count)];
            if (server.IsRunning)
            {
                if (Random.NextDouble() < Plan.ReadRate)
                {
                    server.Read(NextRead(), lease: Random.NextDouble() < Plan.LeaseRate);
                }
                else
                {
                    server.Propose(NextProposals(Random.Next(1, 5)));
                }
            }

            ScheduleRequests();
        });
    }

    private void ScheduleCheckpoints()
    {
        Schedule.After(1 + Random.NextInt64(Plan.MillisecondsBetweenCheckpoints), () =>
        {
            var server = servers[Random.Next(servers.Count)];
            if (server.IsRunning)
            {
                server.Machine.TakeCheckpoint();
            }

            ScheduleCheckpoints();
        });
    }

    private void ScheduleFaults()
    {
        var faults = new FaultInjection(this);
        void Next() => Schedule.After(1 + Random.NextInt64(Plan.MillisecondsBetweenFaults), () =>
        {
            if (!IsHealed)
            {
                faults.InjectOne();
                Next();
            }
        });
        Next();
    }

    private void Heal()
    {
        IsHealed = true;
        trace?.Invoke($"{Schedule.Now,6} all heals");
        Network.Heal();
        foreach (var server in servers)
        {
            server.Journal.IsHealed = true;
            server.Machine.IsHealed = true;
            if (server.Journal.IsStalled)
            {
                server.Journal.Resume();
                server.Input(InputSource.Disk, () => "resumed", driver => driver.OnJournalResumed());
            }

            if (!server.IsRunning)
            {
                server.Start();
            }
            else if (server.Driver.IsStopping)
            {
                server.Crash();
                server.Start();
            }
        }
    }
}
