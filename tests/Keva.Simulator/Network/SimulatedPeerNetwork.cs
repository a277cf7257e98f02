using Keva.Node.Transport;
using Keva.Simulator.World;

namespace Keva.Simulator.Network;

/// <summary>One process's way to the others.</summary>
internal sealed class SimulatedPeerNetwork(SimulatedNetwork network, SimulatedProcess process) : IPeerNetwork
{
    public void Listen(string host, int port, IInboundPeers inbound)
    {
        // The world finds a process's inbound side by itself.
    }

    public IPeerConnection Connect(string address, PeerLane lane, PeerHello greeting, IPeerConnectionEvents events)
    {
        var to = network.MachineNamed(address, out var port) ?? throw new InvalidOperationException($"nobody is called {address}");
        var connection = new SimulatedConnection(network, process, to, port, lane, greeting, events);
        network.Add(connection);
        connection.Dial();
        return connection;
    }

    /// <summary>The process is gone: what it had sent may still arrive, and nobody listens any more.</summary>
    public void OnProcessEnded()
    {
        foreach (var connection in network.Connections.ToArray())
        {
            if (connection.From == process)
            {
                connection.OnSenderEnded();
            }
            else if (connection.AcceptedBy == process)
            {
                connection.OnReceiverEnded();
            }
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
