using Keva.Serf.Wire;

namespace Keva.Serf.Swim;

/// <summary>What a probe deals with.</summary>
internal sealed record ProbeContext(
    GossipTiming Timing,
    TimerQueue Timers,
    NodeTable Nodes,
    NodeStates States,
    Awareness Awareness,
    AckWaiters Waiters,
    PacketSender Sender,
    StreamTable Streams,
    IMemberlistListener Listener);

/// <summary>One node being probed. At the end says by how much this node should doubt its own health.</summary>
internal sealed class Probe(ProbeContext context, NodeRecord node, Action<int> onFinished) : IAckWaiter
{
    private readonly TimeSpan began = context.Timers.Now;
    private readonly TimeSpan duration = context.Awareness.Scale(context.Timing.ProbeInterval);
    private uint sequenceNumber;
    private ScheduledTimer? timer;
    private bool isDirect = true;
    private bool streamAnswered;
    private int nacksExpected;
    private int nacks;

    /// <summary>Nobody got an answer.</summary>
    public bool HasFailed { get; private set; }

    public void Begin()
    {
        sequenceNumber = context.Waiters.Add(this);
        var ping = MakePing();
        if (node.State == NodeState.Alive)
        {
            context.Sender.Send(node.EndPoint, ping);
        }
        else
        {
            // So that it knows that it has to object.
            var suspect = new Suspect(node.Incarnation, node.Name, context.States.Self.Name);
            context.Sender.SendOnly(node.EndPoint, node.Version.ProtocolMax >= VersionVector.FirstWithChecksum, ping, suspect);
        }

        timer = context.Timers.Schedule(context.Timing.ProbeTimeout, OnSilence);
    }

    public void OnAck(AckResponse ack)
    {
        if (isDirect)
        {
            context.Listener.OnPinged(node, context.Timers.Now - began, ack.Payload);
        }

        End(awarenessDelta: -1);
    }

    public void OnNack() => nacks++;

    private Ping MakePing()
    {
        var self = context.States.Self;
        return new Ping(sequenceNumber, node.Name, self.Address, self.Port, self.Name);
    }

    private void OnSilence()
    {
        if (WasAsleep(timer!.Due))
        {
            End(awarenessDelta: 1);
            return;
        }

        isDirect = false;
        AskOthers();
        if (node.Version.ProtocolMax >= VersionVector.FirstWithStreamPing)
        {
            context.Streams.Open(node.EndPoint, MakePing(), OnStreamAnswer, duration - (context.Timers.Now - began));
        }

        var remaining = duration - (context.Timers.Now - began);
        timer = context.Timers.Schedule(remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero, OnDeadline);
    }

    private void AskOthers()
    {
        var self = context.States.Self;
        var peers = context.Nodes.Pick(context.Timing.IndirectChecks, peer => peer != self && peer != node && peer.State == NodeState.Alive);
        foreach (var peer in peers)
        {
            var wantsNack = peer.Version.ProtocolMax >= VersionVector.FirstWithNack;
            nacksExpected += wantsNack ? 1 : 0;
            context.Sender.Send(
                peer.EndPoint,
                new IndirectPing(sequenceNumber, node.Address, node.Port, node.Name, wantsNack, self.Address, self.Port, self.Name));
        }
    }

    private void OnStreamAnswer(MemberlistMessage? answer, string? failure) =>
        streamAnswered = answer is AckResponse ack && ack.SequenceNumber == sequenceNumber;

    private void OnDeadline()
    {
        if (streamAnswered)
        {
            // It lives; only datagrams do not get through.
            End(awarenessDelta: -1);
            return;
        }

        HasFailed = true;

        // Without a nack it may well be we who are out of touch (Lifeguard, section on the local health multiplier).
        var isInDoubt = WasAsleep(timer!.Due);
        End(nacksExpected > 0 ? Math.Max(0, nacksExpected - nacks) : 1);
        if (!isInDoubt)
        {
            context.States.OnSuspect(new Suspect(node.Incarnation, node.Name, context.States.Self.Name));
        }
    }

    /// <summary>A timer that fires this late says that we did not run, and nothing about the other node.</summary>
    private bool WasAsleep(TimeSpan due) => context.Timers.Now - due > context.Timing.ProbeTimeout;

    private void End(int awarenessDelta)
    {
        timer?.Cancel();
        context.Waiters.Remove(sequenceNumber);
        onFinished(awarenessDelta);
    }
}
