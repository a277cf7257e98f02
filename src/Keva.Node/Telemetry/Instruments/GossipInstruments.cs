using System.Diagnostics.Metrics;
using Keva.Node.Gossip;
using Keva.Serf;

namespace Keva.Node.Telemetry.Instruments;

/// <summary><c>keva_gossip_…</c>: who is there, as gossip sees it.</summary>
internal static class GossipInstruments
{
    public static void Add(Meter meter, GossipStatistics gossip)
    {
        meter.CreateObservableGauge("keva_gossip_members", () => Members(gossip), description: "Members of the gossip by status, other agents among them.");
        meter.CreateObservableGauge(
            "keva_gossip_health_score", () => gossip.HealthScore, description: "0 if this node keeps up; higher if it misses answers, and then gives others more time.");
        meter.CreateObservableCounter("keva_gossip_probes_total", () => gossip.Probes, description: "How often this node looked after another.");
        meter.CreateObservableCounter("keva_gossip_probes_failed_total", () => gossip.FailedProbes, description: "Probes to which neither this node nor a helper got an answer.");
        meter.CreateObservableCounter(
            "keva_gossip_refused_messages_total", () => gossip.RefusedMessages, description: "Messages that could not be used: damaged, forged, or of an unknown key.");
        meter.CreateObservableCounter(
            "keva_gossip_dropped_packets_total", () => gossip.Dropped, description: "Packets that could not be sent, or came in faster than they were handled.");
    }

    private static IEnumerable<Measurement<long>> Members(GossipStatistics gossip) =>
    [
        Measure.Of(gossip.Members(MemberStatus.Alive), "status", "alive"),
        Measure.Of(gossip.Members(MemberStatus.Leaving), "status", "leaving"),
        Measure.Of(gossip.Members(MemberStatus.Left), "status", "left"),
        Measure.Of(gossip.Members(MemberStatus.Failed), "status", "failed"),
    ];
}
