using System.Diagnostics.Metrics;
using Keva.Node.Consensus;
using Keva.Node.Gateway;
using Keva.Node.Gossip;
using Keva.Node.Transport;

namespace Keva.Node.Telemetry.Instruments;

/// <summary><c>keva_network_…</c>: the other nodes, by name.</summary>
internal static class NetworkInstruments
{
    private static readonly double[] RoundTripBounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

    /// <param name="meter">Where the instruments are made.</param>
    /// <param name="views">Who the members are.</param>
    /// <param name="traffic">What goes between them.</param>
    /// <param name="gossip">Who measures round trips.</param>
    /// <param name="rejectedConnections">How many connections were rejected so far.</param>
    public static void Add(Meter meter, ClusterViewHolder views, PeerTraffic traffic, GossipStatistics gossip, Func<long> rejectedConnections)
    {
        meter.CreateObservableCounter(
            "keva_network_peer_sent_bytes_total", () => OfEach(traffic, counters => counters.SentBytes), "By", "Bytes of consensus and data sent to a peer.");
        meter.CreateObservableCounter(
            "keva_network_peer_received_bytes_total", () => OfEach(traffic, counters => counters.ReceivedBytes), "By", "Bytes of consensus and data received from a peer.");
        meter.CreateObservableCounter(
            "keva_network_peer_dropped_messages_total",
            () => OfEach(traffic, counters => counters.DroppedMessages),
            description: "Messages to a peer that were dropped because too much waited; Raft sends again.");
        meter.CreateObservableGauge("keva_network_peer_connected", () => Connected(views.Current), description: "1 if this node has connections to the peer.");
        meter.CreateObservableGauge(
            "keva_network_peer_lag_entries",
            () => Lags(views.Current, views.Statistics),
            description: "On the leader: entries of its log that are not on the peer's disk.");
        meter.CreateObservableCounter(
            "keva_network_rejected_connections_total", rejectedConnections, description: "Connections that were closed because of who made them or of what came in.");
        var roundTrips = meter.Seconds("keva_network_peer_round_trip_time_seconds", "Time from a gossip ping to its answer.", RoundTripBounds);
        gossip.RoundTripMeasured = (name, time) =>
        {
            // The gossip may have agents by the thousand; what counts here is the cluster.
            if (IsPeer(views.Current, name))
            {
                roundTrips.Record(time.TotalSeconds, new KeyValuePair<string, object?>("peer", name));
            }
        };
    }

    /// <summary>How far each peer is behind the end of the leader's log; empty on other nodes.</summary>
    public static IEnumerable<(MemberView Peer, long Entries)> LagsOf(ClusterView view, ConsensusStatistics? consensus)
    {
        if (consensus is null || view.Leader.IsNone || view.Leader != view.Self)
        {
            yield break;
        }

        foreach (var member in view.Members)
        {
            if (member.Id != view.Self && member.MatchIndex is { } match)
            {
                yield return (member, Math.Max(0, consensus.LastIndex - match));
            }
        }
    }

    private static bool IsPeer(ClusterView view, string name)
    {
        foreach (var member in view.Members)
        {
            if (string.Equals(member.Name, name, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<Measurement<long>> OfEach(PeerTraffic traffic, Func<PeerCounters, long> number) =>
        traffic.All.Select(peer => Measure.Of(number(peer.Value), "peer", peer.Key));

    private static IEnumerable<Measurement<long>> Connected(ClusterView view) => view.Members
        .Where(member => member.Id != view.Self && member.Status != MemberStatus.Joining)
        .Select(member => Measure.Of(Measure.Flag(member.Status == MemberStatus.Up), "peer", member.Name));

    private static IEnumerable<Measurement<long>> Lags(ClusterView view, ConsensusStatistics? consensus) =>
        LagsOf(view, consensus).Select(lag => Measure.Of(lag.Entries, "peer", lag.Peer.Name));
}
