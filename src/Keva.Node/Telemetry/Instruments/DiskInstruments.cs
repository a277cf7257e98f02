using System.Diagnostics.Metrics;
using Keva.Journal;
using Keva.Node.State;
using Keva.Node.Telemetry.Measuring;

namespace Keva.Node.Telemetry.Instruments;

/// <summary><c>keva_disk_…</c> and <c>keva_snapshot_…</c>: journal, checkpoint, the disk itself, and snapshots for others.</summary>
internal sealed class DiskInstruments
{
    private static readonly double[] JournalBounds =
        [0.0001, 0.00025, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024, 2.048, 4.096, 8.192];

    private static readonly double[] CheckpointBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    public DiskInstruments(Meter meter, TimeProvider clock)
    {
        Journal = new JournalTimes(meter.Seconds(
            "keva_disk_journal_fsync_duration_seconds", "Time of a transaction of the journal: writing, and one synchronisation with the disk.", JournalBounds));
        Checkpoints = new CheckpointTimes(
            meter.Seconds("keva_disk_checkpoint_duration_seconds", "Time of a pass that writes what changed to the checkpoint.", CheckpointBounds), clock);
    }

    public JournalTimes Journal { get; }

    public CheckpointTimes Checkpoints { get; }

    public SnapshotCounts Snapshots { get; } = new();

    /// <summary>The median time that a small write took when the node started; zero if it is not known.</summary>
    public TimeSpan ProbeMedian { get; set; }

    /// <param name="meter">Where the instruments are made.</param>
    /// <param name="journal">The journal's own counters; null before it is open.</param>
    /// <param name="store">How far the state and its checkpoint are.</param>
    /// <param name="disk">How full the disk is.</param>
    public void Add(Meter meter, Func<JournalStatistics?> journal, StoreStatistics store, DiskGauge disk)
    {
        AddJournal(meter, journal, disk);
        AddCheckpoint(meter, store, disk);
        AddSnapshots(meter);
        meter.CreateObservableGauge("keva_disk_free_bytes", () => Known(disk, usage => usage.FreeBytes), "By", "Free space on the disk of the working directory.");
        meter.CreateObservableGauge("keva_disk_size_bytes", () => Known(disk, usage => usage.SizeBytes), "By", "Size of the disk of the working directory.");
        meter.CreateObservableGauge(
            "keva_disk_probe_duration_seconds", () => ProbeMedian.TotalSeconds, "s", "Median time of a few small durable writes when the node started.");
    }

    private static void AddJournal(Meter meter, Func<JournalStatistics?> journal, DiskGauge disk)
    {
        meter.CreateObservableCounter("keva_disk_journal_commits_total", () => journal()?.Commits ?? 0, description: "Transactions of the journal.");
        meter.CreateObservableCounter("keva_disk_journal_writes_total", () => journal()?.Writes ?? 0, description: "Writes that the journal made durable.");
        meter.CreateObservableCounter("keva_disk_journal_rows_total", () => journal()?.Rows ?? 0, description: "Rows that the journal wrote.");
        meter.CreateObservableCounter("keva_disk_journal_rows_deleted_total", () => journal()?.RowsDeleted ?? 0, description: "Rows of the journal deleted behind checkpoints.");
        meter.CreateObservableCounter("keva_disk_journal_written_bytes_total", () => journal()?.PayloadBytes ?? 0, "By", "Bytes of payloads that the journal wrote.");
        meter.CreateObservableGauge("keva_disk_journal_queue_depth", () => (long)(journal()?.QueueDepth ?? 0), description: "Writes that wait for the journal to make them durable.");
        meter.CreateObservableGauge(
            "keva_disk_journal_stalled", () => Measure.Flag(journal()?.IsStalled ?? false), description: "1 while the journal takes no writes because the disk is full or read-only.");
        meter.CreateObservableGauge("keva_disk_journal_bytes", () => Known(disk, usage => usage.JournalBytes), "By", "Size of the journal's files.");
    }

    private void AddCheckpoint(Meter meter, StoreStatistics store, DiskGauge disk)
    {
        meter.CreateObservableCounter("keva_disk_checkpoint_failures_total", () => Checkpoints.Failures, description: "Passes of the checkpoint that could not be written and were tried again.");
        meter.CreateObservableCounter("keva_disk_checkpoint_keys_written_total", () => Checkpoints.WrittenKeys, description: "Keys written to the checkpoint.");
        meter.CreateObservableGauge(
            "keva_disk_checkpoint_age_seconds", () => Checkpoints.Age.TotalSeconds, "s", "Time since the last pass of the checkpoint; without changes there is none.");
        meter.CreateObservableGauge(
            "keva_disk_checkpoint_lag_entries",
            () => Math.Max(0, store.AppliedIndex - store.CheckpointIndex),
            description: "Entries that are applied and not in the checkpoint; a restart replays them.");
        meter.CreateObservableGauge("keva_disk_checkpoint_bytes", () => Known(disk, usage => usage.CheckpointBytes), "By", "Size of the checkpoint's files.");
    }

    private void AddSnapshots(Meter meter)
    {
        meter.CreateObservableCounter("keva_snapshot_sends_total", () => Snapshots.SendsStarted, description: "Snapshots opened for nodes that are too far behind.");
        meter.CreateObservableCounter("keva_snapshot_sends_failed_total", () => Snapshots.SendsFailed, description: "Snapshots that could not be opened or read on.");
        meter.CreateObservableGauge("keva_snapshot_sends_open", () => Snapshots.SendsOpen, description: "Snapshots on their way to others.");
        meter.CreateObservableCounter("keva_snapshot_chunks_read_total", () => Snapshots.ChunksRead, description: "Pieces of snapshots read for others.");
        meter.CreateObservableCounter("keva_snapshot_receives_total", () => Snapshots.ReceivesStarted, description: "Snapshots that this node began to take in.");
        meter.CreateObservableCounter("keva_snapshot_receives_installed_total", () => Snapshots.ReceivesInstalled, description: "Snapshots that this node put in the place of its state.");
        meter.CreateObservableCounter("keva_snapshot_receives_failed_total", () => Snapshots.ReceivesFailed, description: "Snapshots that this node's disk did not take.");
    }

    private static IEnumerable<Measurement<long>> Known(DiskGauge disk, Func<DiskUsage, long> number) =>
        disk.Latest is { } usage ? [new Measurement<long>(number(usage))] : [];
}
