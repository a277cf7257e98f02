using System.Globalization;
using Keva.Node.Configuration.Hocon;

namespace Keva.Node.Telemetry.Warnings;

/// <summary>The disk takes long to keep what it was given: every write of a user waits for that.</summary>
/// <param name="slow">What counts as long.</param>
internal sealed class SlowDiskRule(TimeSpan slow) : IWarningRule
{
    // Many small writes in a row, with nothing else going on, are no place for the slowest one that may pass.
    private const int ProbePart = 4;

    private static readonly TimeSpan ProbeCounts = TimeSpan.FromMinutes(1);

    private const string Hint =
        "Every write waits for this disk. Look for another program on it, a failing device or a throttled volume (iostat -x 1); "
        + "keep the working directory on a local SSD. Followers cover for a slow leader: keva cluster transfer moves leadership.";

    private TimeSpan? firstLook;
    private (long Commits, TimeSpan Since)? lastProgress;

    public string Code => "slow_disk";

    public Finding? Judge(VitalSigns signs)
    {
        firstLook ??= signs.Now;
        if (HangsFor(signs) is var hang && hang >= slow)
        {
            return new Finding(string.Create(CultureInfo.InvariantCulture, $"The journal's disk has not answered for {hang.TotalSeconds:0.0} s."), Hint);
        }

        if (signs.WorstSync >= slow)
        {
            return new Finding(
                string.Create(CultureInfo.InvariantCulture, $"A write to the journal took {signs.WorstSync.TotalMilliseconds:0} ms; {slow.TotalMilliseconds:0} ms is slow."), Hint);
        }

        return signs.ProbeMedian >= slow / ProbePart && signs.Now - firstLook < ProbeCounts
            ? new Finding(
                string.Create(CultureInfo.InvariantCulture, $"When the node started, keeping 4 KiB took this disk {signs.ProbeMedian.TotalMilliseconds:0} ms; a good one takes under 5 ms."), Hint)
            : null;
    }

    // While something waits and nothing gets done, the transaction that is under way has no time yet.
    private TimeSpan HangsFor(VitalSigns signs)
    {
        if (signs.Journal is not { QueueDepth: > 0, IsStalled: false } journal || lastProgress is not { } last || journal.Commits != last.Commits)
        {
            lastProgress = (signs.Journal?.Commits ?? 0, signs.Now);
            return TimeSpan.Zero;
        }

        return signs.Now - last.Since;
    }
}

/// <summary>The journal takes no writes.</summary>
internal sealed class FullDiskRule : IWarningRule
{
    public string Code => "disk_full";

    public Finding? Judge(VitalSigns signs) => signs.Journal is { IsStalled: true }
        ? new Finding(
            "The journal takes no writes: its disk is full or read-only. Reads go on; writes go to nodes whose disks take them.",
            "Free space on the disk of the working directory, or mount it for writing. The node takes writes again by itself.")
        : null;
}

/// <summary>The disk will be full before long.</summary>
/// <param name="least">What should be free.</param>
internal sealed class LowDiskRule(long least) : IWarningRule
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public string Code => "disk_low";

    public Finding? Judge(VitalSigns signs)
    {
        if (signs.DiskSilence >= Patience)
        {
            return new Finding(
                string.Create(CultureInfo.InvariantCulture, $"The file system of the working directory has not answered for {signs.DiskSilence.TotalSeconds:0} s."),
                "A network mount that is gone, or a device that fails, behaves like this: see the kernel's log (dmesg).");
        }

        return signs.Disk is { } disk && disk.FreeBytes < least
            ? new Finding(
                $"{Rounded(disk.FreeBytes)} are free on the disk of the working directory; journal and checkpoint take {Rounded(disk.JournalBytes + disk.CheckpointBytes)}.",
                "Free space or enlarge the disk before it is full: then this node takes no writes. A checkpoint that fails keeps the journal from shrinking.")
            : null;
    }

    private static string Rounded(long bytes) => bytes < 1 << 20
        ? ByteSizeFormat.Render(bytes)
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):#,0} MiB");
}

/// <summary>The checkpoint cannot be written, so the journal grows.</summary>
internal sealed class CheckpointRule : IWarningRule
{
    public string Code => "checkpoint_failing";

    public Finding? Judge(VitalSigns signs) => signs.CheckpointFailures > 0
        ? new Finding(
            string.Create(CultureInfo.InvariantCulture, $"The checkpoint could not be written, {signs.CheckpointFailures} times in a row."),
            "Nothing is lost, but the journal is not trimmed and grows. The node's log says why; most often the disk is full.")
        : null;
}
