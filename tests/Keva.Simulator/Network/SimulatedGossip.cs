using System.Net;
using Keva.Node.Configuration;
using Keva.Node.Gossip;
using Keva.Serf;
using Keva.Simulator.World;

namespace Keva.Simulator.Network;

/// <summary>
/// One process's gossip: datagrams that come late, twice, damaged, in another order or never, and streams that break.
/// </summary>
internal sealed class SimulatedGossip(SimulatedNetwork network, SimulatedProcess process) : IGossipNetwork, IGossipKeys
{
    // The first byte of a datagram that has a checksum of the protocol's.
    private const byte WithChecksum = 12;

    private readonly List<SimulatedGossipStream> streams = [];
    private IInboundGossip? inbound;

    // Where it was when the process began: a machine moves only while nothing runs on it.
    public IPEndPoint Advertised { get; } = process.Machine.GossipAddress;

    public long Dropped { get; private set; }

    public Keyring Initial => Keyring.Empty;

    public NonceSource Nonces => _ => throw new InvalidOperationException("nothing is encrypted here");

    public SimulatedMachine Machine => process.Machine;

    private SimulatedCluster Cluster => network.Cluster;

    private Dice Dice => network.GossipDice;

    public void Open(IInboundGossip inboundGossip) => inbound = inboundGossip;

    public void Send(IPEndPoint to, ReadOnlyMemory<byte> datagram)
    {
        Cluster.Counts.Datagrams++;
        for (var copies = Dice.Chance(network.Plan.GossipDuplicateRate) ? 2 : 1; copies > 0; copies--)
        {
            if (Dice.Chance(network.Plan.GossipLossRate))
            {
                continue;
            }

            var bytes = datagram.ToArray();
            if (Dice.Chance(network.Plan.CorruptionRate * 10))
            {
                if (bytes[0] != WithChecksum)
                {
                    // UDP's own checksum sees it, mostly; the protocol does not, and would believe it.
                    continue;
                }

                bytes[Dice.Below(bytes.Length)] ^= (byte)(1 << Dice.Below(8));
                Cluster.OnDatagramCorrupted();
            }

            Cluster.After(network.DrawGossipDelay(), () => Arrive(to, bytes));
        }
    }

    public IGossipStream Connect(IPEndPoint to, ReadOnlyMemory<byte> first, IGossipStreamEvents events)
    {
        var stream = new SimulatedGossipStream(network, this, events);
        stream.Write(first);
        stream.Dial(to);
        return stream;
    }

    public void Resolve(string address, Action<IReadOnlyList<IPEndPoint>, string?> resolved)
    {
        var machine = network.MachineNamed(address, out var port);
        Cluster.After(network.DrawGossipDelay(), () =>
        {
            if (machine is null)
            {
                resolved([], $"nobody is called {address}");
            }
            else
            {
                resolved([new IPEndPoint(machine.GossipAddress.Address, port)], null);
            }
        });
    }

    public void Save(Keyring keyring, Action<string?> saved) => saved(null);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public void Add(SimulatedGossipStream stream) => streams.Add(stream);

    public void Remove(SimulatedGossipStream stream) => streams.Remove(stream);

    /// <summary>Another node connects. Null if nobody listens.</summary>
    public IGossipStreamEvents? Accept(IGossipStream stream) => inbound?.OnStream(stream);

    /// <summary>The process is gone.</summary>
    public void OnProcessEnded()
    {
        inbound = null;
        foreach (var stream in streams.ToArray())
        {
            stream.Break();
        }
    }

    private void Arrive(IPEndPoint to, byte[] datagram)
    {
        if (network.MachineAt(to) is { Process.Gossip: { } receiver } machine && !network.IsCut(process.Machine, machine))
        {
            receiver.inbound?.OnDatagram(Advertised, datagram);
        }
    }
}
