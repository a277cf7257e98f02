using Keva.Journal;
using Keva.Node.Dashboard;
using Keva.Node.Telemetry.Measuring;
using Keva.Node.Telemetry.Warnings;
using Keva.Tests.Gateway;

namespace Keva.Tests.Dashboard;

/// <summary>Takes pictures that differ in the revision of the store: the first has 1.</summary>
internal sealed class ScriptedCamera : IDashboardCamera
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many it has taken.</summary>
    public int Taken { get; private set; }

    /// <summary>Completes when it is disposed.</summary>
    public Task Closed => closed.Task;

    /// <summary>Thrown instead of a picture.</summary>
    public Exception? Failure { get; set; }

    public DashboardPicture Take()
    {
        if (Failure is not null)
        {
            throw Failure;
        }

        Taken++;
        return new DashboardPicture(
            Noon.AddSeconds(Taken),
            "0.1.0",
            Views.Leading("host1"),
            TimeSpan.FromMilliseconds(12.5),
            new StoreSize(Keys: 2, Bytes: 30, Revision: Taken, CheckpointIndex: 9, UnsavedKeys: 1, UnsavedBytes: 15),
            new DiskUsage(FreeBytes: 100, SizeBytes: 1000, JournalBytes: 40, CheckpointBytes: 20),
            default(JournalStatistics) with { QueueDepth = 3, LastCommitDuration = TimeSpan.FromMilliseconds(2) },
            new Traffic(TimeSpan.FromSeconds(1), [new LatencyCount(TimeSpan.FromMilliseconds(0.5), 7)], [], Failed: 1),
            [new Warning("slow_disk", Noon, "The disk is slow.", "Look at it.")]);
    }

    public void Dispose() => closed.TrySetResult();
}
