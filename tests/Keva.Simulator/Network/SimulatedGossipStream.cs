using System.Net;
using Keva.Node.Gossip;
using Keva.Simulator.World;

namespace Keva.Simulator.Network;

/// <summary>
/// One end of a stream between two processes: what it writes arrives at the other end in order, until either closes, dies,
/// or the way between them is cut.
/// </summary>
internal sealed class SimulatedGossipStream(SimulatedNetwork network, SimulatedGossip owner, IGossipStreamEvents? events = null) : IGossipStream
{
    private readonly Queue<byte[]> unsent = new();
    private IGossipStreamEvents? events = events;
    private SimulatedGossipStream? other;
    private TimeSpan lastArrival;
    private bool isClosed;
    private bool isEnded;

    private SimulatedGossip Owner => owner;

    private SimulatedCluster Cluster => network.Cluster;

    public void Dial(IPEndPoint to)
    {
        owner.Add(this);
        Cluster.After(network.DrawGossipDelay(), () => Knock(to));
    }

    public void Write(ReadOnlyMemory<byte> bytes)
    {
        if (isClosed || isEnded)
        {
            return;
        }

        if (network.GossipDice.Chance(network.Plan.GossipBreakRate))
        {
            Break();
            return;
        }

        unsent.Enqueue(bytes.ToArray());
        Send();
    }

    public void Close()
    {
        if (!isClosed)
        {
            isClosed = true;
            if (other is null)
            {
                End();
            }
            else
            {
                ArriveInOrder(Break);
            }
        }
    }

    /// <summary>Both ends learn that it broke, unless their processes are gone.</summary>
    public void Break()
    {
        End();
        other?.End();
    }

    private void Knock(IPEndPoint to)
    {
        if (isEnded)
        {
            // Whoever dialled does not want it any more.
            return;
        }

        var machine = network.MachineAt(to);
        if (machine is not null && (network.IsCut(owner.Machine, machine) || network.IsCut(machine, owner.Machine)))
        {
            // Nobody answers, until the patience of whoever dialled is at its end.
            Cluster.After(Cluster.TransportLimits.ConnectTimeout, End);
            return;
        }

        if (machine?.Process?.Gossip is not { } receiver)
        {
            End();
            return;
        }

        other = new SimulatedGossipStream(network, receiver) { other = this };
        other.events = receiver.Accept(other);
        receiver.Add(other);
        if (other.events is null)
        {
            Break();
            return;
        }

        Send();
    }

    private void Send()
    {
        while (other is not null && unsent.TryDequeue(out var bytes))
        {
            ArriveInOrder(() => other.Receive(bytes));
        }
    }

    private void ArriveInOrder(Action arrive)
    {
        lastArrival = TimeSpan.FromTicks(Math.Max(lastArrival.Ticks, (Cluster.World.Now + network.DrawGossipDelay()).Ticks));
        Cluster.After(lastArrival - Cluster.World.Now, () =>
        {
            if (other is not null && network.IsCut(owner.Machine, other.Owner.Machine))
            {
                // What cannot come through is given up in the end; whether the way opens before, gossip need not care.
                Cluster.After(Cluster.TransportLimits.DeadPeerTimeout, Break);
                return;
            }

            arrive();
        });
    }

    private void Receive(byte[] bytes)
    {
        if (!isEnded && !isClosed && events?.OnBytes(bytes) == false)
        {
            Break();
        }
    }

    private void End()
    {
        if (!isEnded)
        {
            isEnded = true;
            owner.Remove(this);
            Cluster.After(TimeSpan.Zero, () => events?.OnEnded());
        }
    }
}
