using System.Diagnostics.Metrics;
using Keva.Journal.Checkpoints;
using Keva.Node.Telemetry.Measuring;
using Keva.Node.Telemetry.Tracing;
using Keva.Tests.Actors;
using Keva.Tests.Journal;
using Keva.Tests.Journal.Support;

namespace Keva.Tests.Telemetry;

/// <summary>A journal that is looked on at is a journal.</summary>
public sealed class WatchedJournalTests : JournalContract, IDisposable
{
    private readonly Meter meter = new("journal");

    public void Dispose() => meter.Dispose();

    private protected override JournalHarness CreateHarness(int seed = 1)
    {
        var times = new JournalTimes(meter.CreateHistogram<double>("time"));
        var spans = new JournalSpans(new TracedWrites());
        return new SimulatedJournalHarness(seed, events => new MeasuredJournalEvents(events, times, spans), journal => new TracedJournal(journal, spans));
    }
}

/// <summary>A checkpoint store that is looked on at is a checkpoint store.</summary>
public sealed class WatchedCheckpointStoreTests : CheckpointStoreContract, IDisposable
{
    private readonly Meter meter = new("checkpoints");
    private readonly ManualTime clock = new();
    private readonly SnapshotCounts snapshots = new();
    private readonly CheckpointTimes times;

    public WatchedCheckpointStoreTests() => times = new CheckpointTimes(meter.CreateHistogram<double>("time"), clock);

    public void Dispose() => meter.Dispose();

    [Fact]
    public void Passes_that_were_written_and_those_that_were_not_are_counted_apart()
    {
        using var harness = CreateHarness();
        harness.Open();
        clock.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(TimeSpan.FromSeconds(7), times.Age);
        Assert.Null(harness.Write(At(1), Put("a", "1"), Put("b", "2")));
        Assert.Equal((2, 0, TimeSpan.Zero), (times.WrittenKeys, times.Failures, times.Age));
        harness.SetDiskFull(true);
        Assert.NotNull(harness.Write(At(2), Put("c", new string('x', 10_000))));
        Assert.NotNull(harness.Write(At(2), Put("c", new string('x', 10_000))));
        Assert.Equal((2, 2, 2), (times.WrittenKeys, times.Failures, times.FailuresInRow));
        harness.SetDiskFull(false);
        Assert.Null(harness.Write(At(2), Put("c", "3")));
        Assert.Equal((3, 2, 0), (times.WrittenKeys, times.Failures, times.FailuresInRow));
    }

    [Fact]
    public void Snapshots_in_both_directions_are_counted()
    {
        using var harness = CreateHarness();
        harness.Open();
        Assert.Null(harness.Write(At(1), Put("a", "1")));
        var snapshot = harness.OpenSnapshot(1_000).Snapshot!;
        harness.ReadAll(snapshot);
        Assert.Equal((1, 1, 1), (snapshots.SendsStarted, snapshots.SendsOpen, snapshots.ChunksRead));
        snapshot.Dispose();
        snapshot.Dispose();
        Assert.Equal(0, snapshots.SendsOpen);

        var incoming = harness.BeginReceive();
        Assert.Null(harness.Add(incoming, Record("b", "2")));
        Assert.Null(harness.Await<Keva.Journal.StorageProblem?>(completed => incoming.Install(At(9), completed)));
        Assert.Equal((1, 1, 0), (snapshots.ReceivesStarted, snapshots.ReceivesInstalled, snapshots.ReceivesFailed));
    }

    private protected override CheckpointHarness CreateHarness(int seed = 1) =>
        new SimulatedCheckpointHarness(seed, store => new MeasuredCheckpointStore(store, times, snapshots));
}
