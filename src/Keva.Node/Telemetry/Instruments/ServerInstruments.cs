using System.Diagnostics.Metrics;
using Keva.Node.Gateway;
using Keva.Raft.Messages;

namespace Keva.Node.Telemetry.Instruments;

/// <summary><c>keva_server_…</c>: the consensus, and what clients ask of it.</summary>
internal static class ServerInstruments
{
    private static readonly double[] ReadIndexBounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

    // What a write, or a read, that reached the gateway can be answered with.
    private static readonly KevaError[] WriteErrors =
        [KevaError.Busy, KevaError.NoLeader, KevaError.NotLeader, KevaError.Stopping, KevaError.Joining, KevaError.OutcomeUnknown, KevaError.DiskFull];

    private static readonly KevaError[] ReadErrors = [KevaError.Busy, KevaError.NoLeader, KevaError.Stopping, KevaError.Joining];

    public static void Add(Meter meter, ClusterViewHolder views, GatewayStatistics gateway)
    {
        AddLeadership(meter, views);
        AddProposals(meter, views, gateway);
        AddReads(meter, gateway);
        AddLog(meter, views);
    }

    private static void AddLeadership(Meter meter, ClusterViewHolder views)
    {
        meter.CreateObservableGauge(
            "keva_server_has_leader", () => Measure.Flag(!views.Current.Leader.IsNone), description: "1 if this node knows a leader.");
        meter.CreateObservableGauge(
            "keva_server_is_leader", () => Measure.Flag(views.Current.Leader == views.Current.Self && !views.Current.Self.IsNone), description: "1 if this node leads.");
        meter.CreateObservableGauge(
            "keva_server_is_voter",
            () => Measure.Flag(views.Current.Members.Any(member => member.Id == views.Current.Self && member.Role != MemberRole.Learner)),
            description: "1 if this node votes; 0 if it learns, or is no member.");
        meter.CreateObservableGauge(
            "keva_server_is_ready", () => Measure.Flag(views.Current.IsReady), description: "1 if /health/ready says so: a leader is known and this node has caught up.");
        meter.CreateObservableGauge("keva_server_term", () => views.Current.Term.Value, description: "The term of the consensus.");
        meter.CreateObservableCounter(
            "keva_server_leader_changes_seen_total", () => views.Statistics?.LeaderChanges ?? 0, description: "How often this node saw another leader than before.");
        meter.CreateObservableGauge("keva_server_members", () => Members(views.Current), description: "Members by role and status.");
        meter.CreateObservableGauge(
            "keva_server_failures_tolerated",
            () => QuorumArithmetic.Of(views.Current).Spare,
            description: "How many more voters may fail before writes stop; negative if they stand still.");
    }

    private static void AddProposals(Meter meter, ClusterViewHolder views, GatewayStatistics gateway)
    {
        meter.CreateObservableCounter(
            "keva_server_proposals_committed_total", () => views.Current.CommitIndex, description: "Index of the last entry that this node knows to be committed.");
        meter.CreateObservableCounter(
            "keva_server_proposals_applied_total", () => views.Current.AppliedIndex, description: "Index of the last entry that this node has applied.");
        meter.CreateObservableCounter(
            "keva_server_proposals_failed_total",
            () => WriteErrors.Select(error => Measure.Of(gateway.FailedWrites(error), "reason", ErrorMap.Of(error).Code)),
            description: "Writes that this node answered with an error.");
        meter.CreateObservableCounter(
            "keva_server_proposals_refused_total",
            () => Enum.GetValues<ProposalRefusal>().Select(reason => Measure.Of(gateway.RefusedProposals(reason), "reason", NameOf(reason))),
            description: "Proposals of this node that were not taken; most are made again.");
        meter.CreateObservableGauge(
            "keva_server_proposals_pending", () => gateway.PendingWrites, description: "Writes of this node's clients that wait for their answer.");
        meter.CreateObservableGauge(
            "keva_server_proposals_pending_bytes", () => gateway.QueuedBytes, "By", "Bytes of the keys and values of writes that wait for their answer.");
    }

    private static void AddReads(Meter meter, GatewayStatistics gateway)
    {
        meter.CreateObservableGauge(
            "keva_server_reads_pending", () => gateway.PendingReads, description: "Reads of this node's clients that wait for their answer.");
        meter.CreateObservableCounter(
            "keva_server_reads_failed_total",
            () => ReadErrors.Select(error => Measure.Of(gateway.FailedReads(error), "reason", ErrorMap.Of(error).Code)),
            description: "Reads that this node answered with an error.");
        var waits = meter.Seconds("keva_server_read_index_duration_seconds", "How long batches of reads waited until a leader confirmed their index.", ReadIndexBounds);
        gateway.ReadIndexWaited = wait => waits.Record(wait.TotalSeconds);
    }

    private static void AddLog(Meter meter, ClusterViewHolder views)
    {
        meter.CreateObservableGauge(
            "keva_server_log_entries", () => views.Statistics?.LogEntries ?? 0, description: "Entries of the log that are held in memory.");
        meter.CreateObservableGauge("keva_server_log_bytes", () => views.Statistics?.LogBytes ?? 0, "By", "Bytes of the log that are held in memory.");
        meter.CreateObservableGauge(
            "keva_server_log_undurable_entries",
            () => views.Statistics is { } consensus ? consensus.LastIndex - consensus.DurableIndex : 0,
            description: "Entries that this node's disk does not have yet.");
        meter.CreateObservableCounter(
            "keva_server_messages_ignored_total", () => views.Statistics?.IgnoredMessages ?? 0, description: "Messages of other nodes that were late or of no interest.");
    }

    private static IEnumerable<Measurement<long>> Members(ClusterView view) => view.Members
        .GroupBy(member => (member.Role, member.Status))
        .Select(group => new Measurement<long>(
            group.Count(),
            new KeyValuePair<string, object?>("role", NameOf(group.Key.Role)),
            new KeyValuePair<string, object?>("status", NameOf(group.Key.Status))));

    private static string NameOf(MemberRole role) => role switch
    {
        MemberRole.Leader => "leader",
        MemberRole.Voter => "voter",
        _ => "learner",
    };

    private static string NameOf(MemberStatus status) => status switch
    {
        MemberStatus.Up => "up",
        MemberStatus.Failed => "failed",
        MemberStatus.Joining => "joining",
        MemberStatus.Leaving => "leaving",
        _ => "left",
    };

    private static string NameOf(ProposalRefusal reason) => reason switch
    {
        ProposalRefusal.NotLeader => "not_leader",
        ProposalRefusal.Busy => "busy",
        ProposalRefusal.DiskFull => "disk_full",
        _ => "stopping",
    };
}
