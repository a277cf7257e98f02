using Keva.Node.Gateway;
using Keva.Node.State;

namespace Keva.Node.Dashboard;

/// <summary>What a dashboard shows of one node at one moment. What the node does not know is null.</summary>
/// <param name="At">The node's wall clock.</param>
/// <param name="Version">The program's version.</param>
/// <param name="View">The cluster as the node sees it.</param>
/// <param name="LeaderContactAge">Time since the node last heard from a leader.</param>
/// <param name="Store">The state that is applied here.</param>
/// <param name="Disk">Where the node keeps its data.</param>
/// <param name="Traffic">The requests since the picture before.</param>
public sealed record DashboardPicture(
    DateTimeOffset At,
    string Version,
    ClusterView View,
    TimeSpan? LeaderContactAge,
    StoreStatus? Store,
    DiskStatus? Disk,
    Traffic Traffic);

/// <param name="FreeBytes">What the file system has left for this process.</param>
/// <param name="TotalBytes">How large the file system is.</param>
/// <param name="JournalBytes">The journal's files.</param>
/// <param name="CheckpointBytes">The checkpoint's files.</param>
/// <param name="QueuedWrites">Writes that were handed to the journal and are not durable yet.</param>
/// <param name="LastCommit">How long the journal's last commit took, synchronisation included.</param>
/// <param name="IsStalled">Whether writes wait for a full or read-only disk.</param>
public sealed record DiskStatus(
    long FreeBytes,
    long TotalBytes,
    long JournalBytes,
    long CheckpointBytes,
    int QueuedWrites,
    TimeSpan LastCommit,
    bool IsStalled);

/// <summary>The requests of one interval.</summary>
/// <param name="Interval">How long it was.</param>
/// <param name="Reads">GET and HEAD of keys, by latency.</param>
/// <param name="Writes">PUT, POST and DELETE of keys, and commands, by latency.</param>
/// <param name="Failed">Those of both that the node could not serve: answered with 429, or with 500 or more.</param>
public sealed record Traffic(TimeSpan Interval, IReadOnlyList<LatencyCount> Reads, IReadOnlyList<LatencyCount> Writes, long Failed)
{
    public static readonly Traffic None = new(TimeSpan.Zero, [], [], 0);
}

/// <summary>So many requests took no longer than this, and longer than the count before.</summary>
public readonly record struct LatencyCount(TimeSpan AtMost, long Count);
