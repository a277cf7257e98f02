using Keva.Node.Configuration.Hocon;

namespace Keva.Node.Configuration;

/// <summary>What must hold between settings that are each good by themselves.</summary>
internal sealed class SettingsRules(Func<string, ConfigurationOrigin> originOf, List<ConfigurationProblem> problems)
{
    /// <summary>
    /// Room for what surrounds entries, a piece of a snapshot, a key and a value in a frame: headers and the cluster's
    /// configuration. Far more than they need, so that the rule does not change with the format.
    /// </summary>
    private const long FrameAllowance = 64 * 1024;

    public void Check(NodeSettings settings)
    {
        CheckTimes(settings.Raft, settings.Http);
        CheckTransport(settings.Transport);
        CheckGossip(settings.Gossip);
        CheckSizes(settings);
    }

    private void CheckTimes(RaftSettings raft, HttpSettings http)
    {
        Require(
            raft.HeartbeatInterval >= raft.TickInterval,
            "raft.heartbeat-interval",
            raft.HeartbeatInterval,
            "at least",
            "raft.tick-interval",
            raft.TickInterval);

        // One lost heartbeat must not make a follower stand for election.
        Require(
            raft.HeartbeatInterval < raft.ElectionTimeout / 2,
            "raft.heartbeat-interval",
            raft.HeartbeatInterval,
            "under half of",
            "raft.election-timeout",
            raft.ElectionTimeout);
        Require(
            2 * Math.Ceiling(raft.HeartbeatInterval / raft.TickInterval) <= Math.Ceiling(raft.ElectionTimeout / raft.TickInterval),
            "raft.heartbeat-interval",
            raft.HeartbeatInterval,
            $"under half, in whole ticks of {DurationFormat.Render(raft.TickInterval)}, of",
            "raft.election-timeout",
            raft.ElectionTimeout,
            unless: raft.HeartbeatInterval >= raft.ElectionTimeout / 2);
        Require(
            raft.SnapshotRetryInterval <= raft.SnapshotTransferTimeout,
            "raft.snapshot-retry-interval",
            raft.SnapshotRetryInterval,
            "at most",
            "raft.snapshot-transfer-timeout",
            raft.SnapshotTransferTimeout);
        Require(
            http.LeaderWait <= http.RequestTimeout,
            "http.leader-wait",
            http.LeaderWait,
            "at most",
            "http.request-timeout",
            http.RequestTimeout);
    }

    private void CheckTransport(TransportSettings transport)
    {
        Require(
            transport.ReconnectBackoffMin <= transport.ReconnectBackoffMax,
            "transport.reconnect-backoff-min",
            transport.ReconnectBackoffMin,
            "at most",
            "transport.reconnect-backoff-max",
            transport.ReconnectBackoffMax);
        Require(
            transport.SendBufferBytes >= transport.MaxFrameBytes + FrameAllowance,
            "transport.send-buffer-bytes",
            transport.SendBufferBytes,
            "at least 64KiB more than",
            "transport.max-frame-bytes",
            transport.MaxFrameBytes);
    }

    private void CheckGossip(GossipSettings gossip) => Require(
        gossip.ProbeTimeout < gossip.ProbeInterval,
        "gossip.probe-timeout",
        gossip.ProbeTimeout,
        "below",
        "gossip.probe-interval",
        gossip.ProbeInterval);

    private void CheckSizes(NodeSettings settings)
    {
        var raft = settings.Raft;
        var frame = settings.Transport.MaxFrameBytes;
        RequireRoom(frame, "transport.max-frame-bytes", raft.MaxAppendBytes, "raft.max-append-bytes");
        RequireRoom(frame, "transport.max-frame-bytes", raft.SnapshotChunkBytes, "raft.snapshot-chunk-bytes");
        Require(
            raft.MaxInflightBytes >= raft.MaxAppendBytes,
            "raft.max-inflight-bytes",
            raft.MaxInflightBytes,
            "at least",
            "raft.max-append-bytes",
            raft.MaxAppendBytes);

        // A key and a value of full length must get through every gate, alone at least.
        var largestWrite = (long)settings.Store.MaxKeyBytes + settings.Store.MaxValueBytes;
        foreach (var (path, size) in (ReadOnlySpan<(string, long)>)
        [
            ("transport.max-frame-bytes", frame),
            ("raft.max-uncommitted-bytes", raft.MaxUncommittedBytes),
            ("raft.max-unapplied-bytes", raft.MaxUnappliedBytes),
            ("http.max-queued-bytes", settings.Http.MaxQueuedBytes),
        ])
        {
            RequireRoom(size, path, largestWrite, "store.max-value-bytes", "store.max-key-bytes and store.max-value-bytes together");
        }
    }

    /// <param name="holds">Whether the rule is kept.</param>
    /// <param name="path">The setting that the rule is about.</param>
    /// <param name="value">Its value.</param>
    /// <param name="relation">What it must be, compared to the other.</param>
    /// <param name="otherPath">The other setting.</param>
    /// <param name="other">Its value.</param>
    /// <param name="unless">Whether another rule has said as much already.</param>
    private void Require(
        bool holds,
        string path,
        TimeSpan value,
        string relation,
        string otherPath,
        TimeSpan other,
        bool unless = false) =>
        Require(holds || unless, path, DurationFormat.Render(value), relation, otherPath, otherPath, DurationFormat.Render(other));

    private void Require(bool holds, string path, long value, string relation, string otherPath, long other) =>
        Require(holds, path, ByteSizeFormat.Render(value), relation, otherPath, otherPath, ByteSizeFormat.Render(other));

    private void RequireRoom(long size, string path, long content, string contentPath, string? contentName = null) => Require(
        size >= content + FrameAllowance,
        path,
        ByteSizeFormat.Render(size),
        "at least 64KiB more than",
        contentPath,
        contentName ?? contentPath,
        ByteSizeFormat.Render(content));

    private void Require(bool holds, string path, string value, string relation, string otherPath, string otherName, string other)
    {
        if (holds)
        {
            return;
        }

        // The later layer of the two is the one that somebody chose against what was there.
        var (origin, otherOrigin) = (originOf(path), originOf(otherPath));
        var blamed = otherOrigin.Kind > origin.Kind ? otherOrigin : origin;
        problems.Add(new ConfigurationProblem(
            blamed,
            $"{path} ({value}, from {origin}) must be {relation} {otherName} ({other}, from {otherOrigin})"));
    }
}
