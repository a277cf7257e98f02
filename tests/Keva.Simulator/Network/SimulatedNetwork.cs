using System.Globalization;
using System.Net;
using Keva.Node.Transport.Framing;
using Keva.Simulator.Plans;
using Keva.Simulator.World;

namespace Keva.Simulator.Network;

/// <summary>What lies between the machines: which ways are cut, how long a message takes, and all connections.</summary>
internal sealed class SimulatedNetwork(SimulatedCluster cluster, NetworkPlan plan, Dice dice)
{
    private readonly List<SimulatedConnection> connections = [];
    private readonly bool[,] isCut = new bool[cluster.Plan.Nodes + 1, cluster.Plan.Nodes + 1];

    public Dice Dice => dice;

    /// <summary>Gossip's own: what it draws changes nothing for the connections.</summary>
    public Dice GossipDice { get; } = dice.Fork();

    public SimulatedCluster Cluster => cluster;

    /// <summary>How bad it is now.</summary>
    public NetworkPlan Plan { get; private set; } = plan;

    /// <summary>For encoding; used by one message at a time.</summary>
    public FrameBatch Encoder { get; } = new();

    public IReadOnlyList<SimulatedConnection> Connections => connections;

    public void Add(SimulatedConnection connection) => connections.Add(connection);

    public void Remove(SimulatedConnection connection) => connections.Remove(connection);

    /// <summary>The machine of an address <c>name:port</c>, whether or not somebody listens at that port.</summary>
    public SimulatedMachine? MachineNamed(string address, out int port)
    {
        var colon = address.LastIndexOf(':');
        port = int.Parse(address.AsSpan(colon + 1), CultureInfo.InvariantCulture);
        var name = address[..colon];
        return cluster.Machines.FirstOrDefault(machine => string.Equals(machine.Name, name, StringComparison.Ordinal));
    }

    public SimulatedMachine? MachineAt(IPEndPoint address) =>
        cluster.Machines.FirstOrDefault(machine => machine.GossipAddress.Equals(address));

    public bool IsCut(SimulatedMachine from, SimulatedMachine to) => isCut[from.Number, to.Number];

    public void Cut(SimulatedMachine from, SimulatedMachine to) => isCut[from.Number, to.Number] = from != to;

    /// <summary>All ways are open again; what waited on them goes on.</summary>
    public void Restore()
    {
        Array.Clear(isCut);
        foreach (var connection in connections.ToArray())
        {
            connection.OnWayOpened();
        }
    }

    /// <summary>From now on nothing is worse than on a quiet local network.</summary>
    public void Calm() =>
        Plan = Plan with
        {
            MaximumDelay = TimeSpan.FromMilliseconds(2),
            SpikeRate = 0,
            CorruptionRate = 0,
            DropRate = 0,
            DuplicateRate = 0,
            ReorderRate = 0,
            GossipLossRate = 0,
            GossipDuplicateRate = 0,
            GossipBreakRate = 0,
        };

    public TimeSpan DrawDelay() => DrawDelay(dice);

    public TimeSpan DrawGossipDelay() => DrawDelay(GossipDice);

    private TimeSpan DrawDelay(Dice dice) =>
        dice.Chance(Plan.SpikeRate)
            ? dice.Between(Plan.MaximumDelay, Plan.MaximumDelay + Plan.MaximumSpike)
            : dice.Between(Plan.MinimumDelay, Plan.MaximumDelay);
}
