using Keva.Node.Transport;
using Keva.Raft;
using Keva.Raft.Messages;
using Keva.Simulator.World;

namespace Keva.Simulator.Network;

/// <summary>
/// One connection: messages go one way, in order, until it breaks. While the way is cut they wait, as bytes in the
/// buffers of a real connection do, until the way opens or the connection is given up as dead.
/// </summary>
internal sealed class SimulatedConnection(
    SimulatedNetwork network, SimulatedProcess from, SimulatedMachine to, int port, PeerLane lane, PeerHello greeting, IPeerConnectionEvents events)
    : IPeerConnection
{
    private static readonly TimeSpan PausedPeerRetry = TimeSpan.FromMilliseconds(20);

    private readonly Queue<byte[]> inOrder = new();
    private TimeSpan lastArrival;
    private long unsentBytes;
    private bool isOpen;
    private bool isEnded;
    private bool isHeldUp;
    private int holdUps;

    public SimulatedProcess From => from;

    public SimulatedMachine To => to;

    /// <summary>The process at the other end, once there is one.</summary>
    public SimulatedProcess? AcceptedBy { get; private set; }

    private SimulatedCluster Cluster => network.Cluster;

    private TransportLimits Limits => Cluster.TransportLimits;

    public void Dial()
    {
        var givenUpAt = Cluster.World.Now + Limits.ConnectTimeout;
        Cluster.After(network.DrawDelay(), () => Knock(givenUpAt));
    }

    public bool TrySend(GroupId group, RaftMessage message)
    {
        if (!isOpen || isEnded)
        {
            return false;
        }

        Cluster.OnSent(from, AcceptedBy!.Id, message);
        var plan = network.Plan;
        if (network.Dice.Chance(plan.DropRate))
        {
            return true;
        }

        var frame = WireFrame.Encode(network.Encoder, group, message);
        if (unsentBytes > 0 && unsentBytes + frame.Length > Limits.SendBufferBytes)
        {
            return false;
        }

        unsentBytes += frame.Length;
        if (network.Dice.Chance(plan.CorruptionRate))
        {
            frame[network.Dice.Below(frame.Length)] ^= (byte)(1 << network.Dice.Below(8));
        }

        // A connection promises each message at most once. All but those about forwarding would not mind to come twice.
        if (message is not (ForwardProposals or ForwardRefused) && network.Dice.Chance(plan.DuplicateRate))
        {
            ArriveOutOfOrder(frame);
        }

        if (network.Dice.Chance(plan.ReorderRate))
        {
            unsentBytes -= frame.Length;
            ArriveOutOfOrder(frame);
        }
        else
        {
            ArriveInOrder(frame);
        }

        return true;
    }

    public void Close() => End("closed by this node", tellAfter: TimeSpan.Zero);

    /// <summary>It breaks, as when a cable is pulled or a router forgets it.</summary>
    public void Break() => End("the connection was reset", network.DrawDelay());

    public void OnSenderEnded()
    {
        isEnded = true;
        LoseTail();
        network.Remove(this);
    }

    public void OnReceiverEnded()
    {
        if (network.IsCut(to, from.Machine))
        {
            // The news cannot come through: to the sender it looks alive for a while.
            Cluster.After(Limits.DeadPeerTimeout, () => End("the peer is silent", TimeSpan.Zero));
            return;
        }

        End("closed by the peer", network.DrawDelay());
    }

    /// <summary>No way is cut any more.</summary>
    public void OnWayOpened()
    {
        if (AcceptedBy is { IsEnded: true })
        {
            // The other side ended while the news could not come through. Its machine knows nothing of the connection, and says so.
            End("the connection was reset", network.DrawDelay());
            return;
        }

        if (isHeldUp)
        {
            isHeldUp = false;
            for (var i = inOrder.Count; i > 0; i--)
            {
                ScheduleArrival();
            }
        }
    }

    public override string ToString() => $"{from}->{to.Name} {lane}";

    private void Knock(TimeSpan givenUpAt)
    {
        if (isEnded)
        {
            return;
        }

        var isUnreachable = network.IsCut(from.Machine, to) || network.IsCut(to, from.Machine);
        if (isUnreachable || to.Process is { Host.IsPaused: true })
        {
            // Nobody answers; perhaps later.
            if (Cluster.World.Now >= givenUpAt)
            {
                End($"{to.PeerAddress} did not answer in time", TimeSpan.Zero);
            }
            else
            {
                Cluster.After(PausedPeerRetry, () => Knock(givenUpAt));
            }
        }
        else if (to.Process is not { } process || to.Port != port)
        {
            End($"connection to {to.PeerAddress} failed: refused", network.DrawDelay());
        }
        else if (process.Inbound.Accept(greeting, out var answer) is { } refusal)
        {
            process.Inbound.OnRejected(from.Name, refusal);
            End($"refused by {to.PeerAddress}: {refusal}", network.DrawDelay());
        }
        else
        {
            AcceptedBy = process;
            Cluster.After(network.DrawDelay(), () => Open(answer));
        }
    }

    private void Open(PeerHello answer)
    {
        if (!isEnded && AcceptedBy is { IsEnded: false })
        {
            isOpen = true;
            events.OnConnected(answer);
        }
    }

    private void ArriveInOrder(byte[] frame)
    {
        inOrder.Enqueue(frame);
        if (!isHeldUp)
        {
            ScheduleArrival();
        }
    }

    private void ScheduleArrival()
    {
        lastArrival = TimeSpan.FromTicks(Math.Max(lastArrival.Ticks, (Cluster.World.Now + network.DrawDelay()).Ticks));
        Cluster.After(lastArrival - Cluster.World.Now, Arrive);
    }

    private void Arrive()
    {
        if (isHeldUp || inOrder.Count == 0)
        {
            return;
        }

        if (network.IsCut(from.Machine, to))
        {
            HoldUp();
            return;
        }

        var frame = inOrder.Dequeue();
        unsentBytes -= frame.Length;
        Deliver(frame);
    }

    private void HoldUp()
    {
        isHeldUp = true;
        var holdUp = ++holdUps;
        Cluster.After(Limits.DeadPeerTimeout, () =>
        {
            if (isHeldUp && holdUp == holdUps)
            {
                End("the peer is silent", TimeSpan.Zero);
            }
        });
    }

    private void ArriveOutOfOrder(byte[] frame) => Cluster.After(network.DrawDelay() * 3, () => Deliver(frame));

    private void Deliver(byte[] frame)
    {
        if (AcceptedBy is not { IsEnded: false } receiver || network.IsCut(from.Machine, to))
        {
            return;
        }

        if (WireFrame.Decode(frame, Limits.MaxFrameBytes, out var group, out var problem) is { } message)
        {
            Cluster.OnArrived(from, receiver, message);
            receiver.Inbound.OnMessage(from.Id, group, message);
            return;
        }

        receiver.Inbound.OnRejected(from.Name, problem);
        Cluster.OnCorrupted(receiver);
        End($"closed by {to.PeerAddress}", network.DrawDelay());
    }

    private void End(string reason, TimeSpan tellAfter)
    {
        if (isEnded)
        {
            return;
        }

        isEnded = true;
        LoseTail();
        network.Remove(this);
        Cluster.After(tellAfter, () =>
        {
            isOpen = false;
            events.OnClosed(reason);
        });
    }

    // What is on its way when a connection ends arrives up to some point, and may be read late.
    private void LoseTail()
    {
        var arriving = network.Dice.Chance(network.Plan.StragglerRate) ? network.Dice.Below(inOrder.Count + 1) : 0;
        var at = TimeSpan.Zero;
        foreach (var frame in inOrder.Take(arriving))
        {
            at += network.DrawDelay();
            Cluster.After(at, () => Deliver(frame));
        }

        inOrder.Clear();
    }
}
