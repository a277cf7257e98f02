using Keva.Journal;
using Keva.Node.Consensus;
using Keva.Node.Gateway;
using Keva.Node.Telemetry.Measuring;

namespace Keva.Node.Telemetry.Warnings;

/// <summary>What is known of a node at one moment; what rules judge.</summary>
/// <param name="Now">Monotonic time.</param>
/// <param name="WallClock">What the machine's clock says.</param>
/// <param name="View">The cluster.</param>
/// <param name="Consensus">The consensus in numbers; null while there is none.</param>
/// <param name="Journal">The journal's counters; null before it is open.</param>
/// <param name="WorstSync">The longest transaction of the journal since the last look; zero if there was none.</param>
/// <param name="ProbeMedian">The median time of a small durable write at the start; zero if it is not known.</param>
/// <param name="CheckpointFailures">Passes of the checkpoint in a row that could not be written.</param>
/// <param name="Disk">How full the disk is; null if it is not known.</param>
/// <param name="DiskSilence">How long the disk has not answered how full it is.</param>
/// <param name="Mailboxes">How many messages wait at each actor.</param>
internal sealed record VitalSigns(
    TimeSpan Now,
    DateTimeOffset WallClock,
    ClusterView View,
    ConsensusStatistics? Consensus,
    JournalStatistics? Journal,
    TimeSpan WorstSync,
    TimeSpan ProbeMedian,
    long CheckpointFailures,
    DiskUsage? Disk,
    TimeSpan DiskSilence,
    IReadOnlyList<(string Actor, int Messages)> Mailboxes);
