using System.Text.Json;
using Keva.Journal;
using Keva.Node.Gateway;
using Keva.Node.Gateway.Events;
using Keva.Node.Gateway.Http;
using Keva.Node.Telemetry.Measuring;
using Keva.Node.Telemetry.Warnings;

namespace Keva.Node.Dashboard;

/// <summary>A picture as the page reads it. Sizes are bytes, times are milliseconds.</summary>
internal static class DashboardJson
{
    /// <summary>Writes the properties of the picture.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="picture">What the node is like.</param>
    /// <param name="news">What happened since the picture before.</param>
    public static void Write(Utf8JsonWriter json, DashboardPicture picture, IReadOnlyList<ClusterEvent> news)
    {
        json.WriteNumber("at"u8, picture.At.ToUnixTimeMilliseconds());
        json.WriteString("version"u8, picture.Version);
        WriteCluster(json, picture.View, picture.LeaderContactAge);
        json.WritePropertyName("store"u8);
        Write(json, picture.Store);
        if (picture.Disk is { } disk)
        {
            json.WritePropertyName("disk"u8);
            Write(json, disk);
        }

        if (picture.Journal is { } journal)
        {
            json.WritePropertyName("journal"u8);
            Write(json, journal);
        }

        json.WritePropertyName("traffic"u8);
        Write(json, picture.Traffic);
        json.WriteStartArray("warnings"u8);
        foreach (var warning in picture.Warnings)
        {
            WarningsEndpoint.WriteWarning(json, warning);
        }

        json.WriteEndArray();
        json.WriteStartArray("events"u8);
        foreach (var happening in news)
        {
            json.WriteStartObject();
            ClusterEventsEndpoint.Write(json, happening);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteCluster(Utf8JsonWriter json, ClusterView view, TimeSpan? leaderContactAge)
    {
        json.WriteString("node"u8, view.SelfName);
        json.WriteString("node_id"u8, view.Self.ToString());
        json.WriteString("cluster"u8, view.ClusterName);
        json.WriteString("cluster_id"u8, view.ClusterId);
        json.WriteString("leader"u8, view.LeaderMember?.Name);
        json.WriteNumber("term"u8, view.Term.Value);
        json.WriteNumber("commit_index"u8, view.CommitIndex);
        json.WriteNumber("applied_index"u8, view.AppliedIndex);
        json.WriteBoolean("ready"u8, view.IsReady);
        json.WriteString("not_ready_reason"u8, view.NotReadyReason);
        json.WriteBoolean("stopping"u8, view.IsStopping);
        if (leaderContactAge is { } age)
        {
            json.WriteNumber("leader_contact_ms"u8, Milliseconds(age));
        }

        var quorum = QuorumArithmetic.Of(view);
        json.WriteStartObject("quorum"u8);
        json.WriteNumber("voters"u8, quorum.Voters);
        json.WriteNumber("up"u8, quorum.Up);
        json.WriteNumber("majority"u8, quorum.Majority);
        json.WriteNumber("spare"u8, quorum.Spare);
        json.WriteEndObject();
        json.WriteStartArray("members"u8);
        foreach (var member in view.Members)
        {
            ClusterEndpoint.WriteMember(json, member);
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, StoreSize store)
    {
        json.WriteStartObject();
        json.WriteNumber("keys"u8, store.Keys);
        json.WriteNumber("bytes"u8, store.Bytes);
        json.WriteNumber("revision"u8, store.Revision);
        json.WriteNumber("checkpoint_index"u8, store.CheckpointIndex);
        json.WriteNumber("unsaved_keys"u8, store.UnsavedKeys);
        json.WriteNumber("unsaved_bytes"u8, store.UnsavedBytes);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, DiskUsage disk)
    {
        json.WriteStartObject();
        json.WriteNumber("free_bytes"u8, disk.FreeBytes);
        json.WriteNumber("total_bytes"u8, disk.SizeBytes);
        json.WriteNumber("journal_bytes"u8, disk.JournalBytes);
        json.WriteNumber("checkpoint_bytes"u8, disk.CheckpointBytes);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, JournalStatistics journal)
    {
        json.WriteStartObject();
        json.WriteNumber("queued_writes"u8, journal.QueueDepth);
        json.WriteNumber("last_commit_ms"u8, Milliseconds(journal.LastCommitDuration));
        json.WriteBoolean("stalled"u8, journal.IsStalled);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Traffic traffic)
    {
        json.WriteStartObject();
        json.WriteNumber("interval_ms"u8, Milliseconds(traffic.Interval));
        WriteLatencies(json, "reads"u8, traffic.Reads);
        WriteLatencies(json, "writes"u8, traffic.Writes);
        json.WriteNumber("failed"u8, traffic.Failed);
        json.WriteEndObject();
    }

    /// <summary>Pairs: a latency, and how many requests took no longer than that and longer than the latency before.</summary>
    private static void WriteLatencies(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<LatencyCount> counts)
    {
        json.WriteStartArray(name);
        foreach (var (atMost, count) in counts)
        {
            json.WriteStartArray();
            json.WriteNumberValue(Milliseconds(atMost));
            json.WriteNumberValue(count);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}
