using System.Net;
using Keva.Node.Gossip;
using Keva.Serf;

namespace Keva.Simulator.Network;

/// <summary>Gossip that reaches nobody: every node believes that it is alone. What the log decides does not rest on it.</summary>
internal sealed class SilentGossip(int machine) : IGossipNetwork, IGossipKeys
{
    public IPEndPoint Advertised { get; } = new(new IPAddress([10, 0, 0, (byte)machine]), 3700);

    public long Dropped { get; private set; }

    public Keyring Initial => Keyring.Empty;

    public NonceSource Nonces => _ => throw new InvalidOperationException("nothing is encrypted here");

    public void Open(IInboundGossip inbound)
    {
        // Nothing arrives.
    }

    public void Send(IPEndPoint to, ReadOnlyMemory<byte> datagram) => Dropped++;

    public IGossipStream Connect(IPEndPoint to, ReadOnlyMemory<byte> first, IGossipStreamEvents events) =>
        throw new InvalidOperationException("nobody has an address to connect to");

    public void Resolve(string address, Action<IReadOnlyList<IPEndPoint>, string?> resolved) => resolved([], "gossip is silent here");

    public void Save(Keyring keyring, Action<string?> saved) => saved(null);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
