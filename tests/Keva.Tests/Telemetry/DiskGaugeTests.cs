using Keva.Journal.Storage;
using Keva.Node.Telemetry.Measuring;
using Keva.Tests.Actors;
using Keva.Tests.Settings;

namespace Keva.Tests.Telemetry;

public sealed class DiskGaugeTests
{
    [Fact]
    public async Task A_disk_that_does_not_answer_holds_nobody_up_and_is_known_to_be_silent()
    {
        var clock = new ManualTime();
        using var answer = new ManualResetEventSlim();
        var asked = 0;
        var gauge = new DiskGauge(
            () =>
            {
                Interlocked.Increment(ref asked);
                answer.Wait(TimeSpan.FromSeconds(20));
                return new DiskUsage(1, 2, 3, 4);
            },
            clock);
        Assert.Equal(TimeSpan.Zero, gauge.Silence);
        gauge.Refresh();
        clock.Advance(TimeSpan.FromSeconds(12));
        gauge.Refresh();
        Assert.Null(gauge.Latest);
        Assert.Equal(TimeSpan.FromSeconds(12), gauge.Silence);
        answer.Set();
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (gauge.Silence > TimeSpan.Zero)
        {
            Assert.True(DateTime.UtcNow < deadline, "the answer comes");
            await Task.Yield();
        }

        Assert.Equal((new DiskUsage(1, 2, 3, 4), 1), (gauge.Latest, asked));
    }

    [Fact]
    public void A_disk_knows_its_space_and_what_our_files_take()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("journal.db", new string('x', 100));
        directory.Write("journal.db-wal", new string('x', 50));
        var usage = DiskUsage.Of(directory.Path, Path.Combine(directory.Path, "journal.db"), Path.Combine(directory.Path, "checkpoint.db"))!;
        Assert.Equal((150, 0), (usage.JournalBytes, usage.CheckpointBytes));
        Assert.InRange(usage.FreeBytes, 1, usage.SizeBytes);
    }

    [Fact]
    public void A_directory_that_is_not_there_has_no_usage_and_no_speed()
    {
        var nowhere = Path.Combine(Path.GetTempPath(), $"keva-nowhere-{Guid.NewGuid():N}");
        Assert.Null(DiskUsage.Of(nowhere, nowhere, nowhere));
        Assert.Null(SyncProbe.MedianOf(nowhere, TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public void A_probe_of_the_disk_leaves_nothing_behind()
    {
        using var directory = new TemporaryDirectory();
        Assert.True(SyncProbe.MedianOf(directory.Path, TimeSpan.FromMilliseconds(100)) > TimeSpan.Zero);
        Assert.Null(SyncProbe.MedianOf(directory.Path, TimeSpan.Zero));
        Assert.Empty(Directory.GetFiles(directory.Path));
    }
}
