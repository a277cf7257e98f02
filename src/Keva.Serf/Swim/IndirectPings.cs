using System.Net;
using Keva.Serf.Wire;

namespace Keva.Serf.Swim;

/// <summary>Pings nodes on behalf of others, who had no answer from them.</summary>
internal sealed class IndirectPings(SerfOptions options, TimerQueue timers, NodeStates states, AckWaiters waiters, PacketSender sender)
{
    /// <summary>More at a time than any cluster asks for; a flood must not grow our memory.</summary>
    private const int MostAtATime = 1_024;

    private readonly SerfOptions options = options;
    private readonly TimerQueue timers = timers;
    private readonly AckWaiters waiters = waiters;
    private readonly PacketSender sender = sender;

    public void OnRequest(IPEndPoint from, IndirectPing request)
    {
        if (!NodeAddress.IsUsable(request.Target) || waiters.Count >= MostAtATime)
        {
            return;
        }

        var asker = NodeAddress.IsUsable(request.SourceAddress) && request.SourcePort != 0
            ? NodeAddress.ToEndPoint(request.SourceAddress!, request.SourcePort)
            : from;
        var self = states.Self;
        var favour = new Favour(this, asker, request);
        var target = NodeAddress.ToEndPoint(request.Target!, request.Port == 0 ? self.Port : request.Port);
        sender.Send(target, new Ping(favour.SequenceNumber, request.Node, self.Address, self.Port, self.Name));
    }

    private sealed class Favour : IAckWaiter
    {
        private readonly IndirectPings owner;
        private readonly IPEndPoint asker;
        private readonly IndirectPing request;
        private readonly ScheduledTimer timer;

        public Favour(IndirectPings owner, IPEndPoint asker, IndirectPing request)
        {
            this.owner = owner;
            this.asker = asker;
            this.request = request;
            SequenceNumber = owner.waiters.Add(this);
            timer = owner.timers.Schedule(owner.options.Timing.ProbeTimeout, OnSilence);
        }

        public uint SequenceNumber { get; }

        public void OnAck(AckResponse ack)
        {
            timer.Cancel();
            owner.waiters.Remove(SequenceNumber);
            owner.sender.Send(asker, new AckResponse(request.SequenceNumber, Payload: null));
        }

        public void OnNack()
        {
            // Only those whom we ask to ping for us send these.
        }

        private void OnSilence()
        {
            owner.waiters.Remove(SequenceNumber);
            if (request.WantsNack)
            {
                owner.sender.Send(asker, new NackResponse(request.SequenceNumber));
            }
        }
    }
}
