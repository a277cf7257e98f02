using Keva.Journal;
using Keva.Node.Gateway;
using Keva.Node.State;
using Keva.Node.Telemetry.Measuring;
using Keva.Node.Telemetry.Warnings;

namespace Keva.Node.Dashboard;

/// <summary>What a dashboard shows of one node at one moment. What the node does not know is null.</summary>
/// <param name="At">The node's wall clock.</param>
/// <param name="Version">The program's version.</param>
/// <param name="View">The cluster as the node sees it.</param>
/// <param name="LeaderContactAge">Time since the node last heard from a leader.</param>
/// <param name="Store">The state that is applied here.</param>
/// <param name="Disk">Where the node keeps its data.</param>
/// <param name="Journal">The journal on that disk.</param>
/// <param name="Traffic">The requests since the picture before.</param>
/// <param name="Warnings">What an operator should look at.</param>
internal sealed record DashboardPicture(
    DateTimeOffset At,
    string Version,
    ClusterView View,
    TimeSpan? LeaderContactAge,
    StoreSize Store,
    DiskUsage? Disk,
    JournalStatistics? Journal,
    Traffic Traffic,
    IReadOnlyList<Warning> Warnings);

/// <summary>The store at one moment.</summary>
/// <param name="Keys">How many keys there are.</param>
/// <param name="Bytes">Bytes of all keys and values.</param>
/// <param name="Revision">Of the whole store.</param>
/// <param name="CheckpointIndex">The last entry that is in the checkpoint on disk; a restart replays those behind it.</param>
/// <param name="UnsavedKeys">Keys that changed since the last checkpoint began.</param>
/// <param name="UnsavedBytes">Bytes of those keys and of their values.</param>
internal readonly record struct StoreSize(long Keys, long Bytes, long Revision, long CheckpointIndex, long UnsavedKeys, long UnsavedBytes)
{
    public static StoreSize Of(StoreStatistics statistics) => new(
        statistics.Keys, statistics.Bytes, statistics.Revision, statistics.CheckpointIndex, statistics.DirtyKeys, statistics.DirtyBytes);
}

/// <summary>The requests of one interval.</summary>
/// <param name="Interval">How long it was.</param>
/// <param name="Reads">GET and HEAD of keys, by latency.</param>
/// <param name="Writes">PUT, POST and DELETE of keys, and commands, by latency.</param>
/// <param name="Failed">Those of both that the node could not serve: answered with 429, or with 500 or more.</param>
internal sealed record Traffic(TimeSpan Interval, IReadOnlyList<LatencyCount> Reads, IReadOnlyList<LatencyCount> Writes, long Failed)
{
    public static readonly Traffic None = new(TimeSpan.Zero, [], [], 0);
}

/// <summary>So many requests took no longer than this, and longer than the count before.</summary>
internal readonly record struct LatencyCount(TimeSpan AtMost, long Count);
