using Keva.Node.Configuration;
using Keva.Raft;

namespace Keva.Node.Hosting;

/// <summary>The settings of consensus in ticks, as the core wants them.</summary>
internal static class RaftOptionsFrom
{
    public static RaftOptions Settings(NodeSettings settings)
    {
        var raft = settings.Raft;
        return new RaftOptions
        {
            TickInterval = raft.TickInterval,
            ElectionTicks = Ticks(raft.ElectionTimeout, raft),
            HeartbeatTicks = Ticks(raft.HeartbeatInterval, raft),
            MaxAppendBytes = raft.MaxAppendBytes,
            MaxInflightAppends = raft.MaxInflightAppends,
            MaxInflightBytes = raft.MaxInflightBytes,
            MaxUncommittedBytes = raft.MaxUncommittedBytes,
            MaxUnappliedBytes = raft.MaxUnappliedBytes,
            RetainedLogEntries = raft.RetainedLogEntries,
            RetainedLogBytes = raft.RetainedLogBytes,
            LeaseFraction = 1 - raft.LeaseClockDrift,

            // Nobody waits longer for a read than a request lasts.
            ReadTimeoutTicks = Ticks(settings.Http.RequestTimeout, raft),
            SnapshotRetryTicks = Ticks(raft.SnapshotRetryInterval, raft),
            SnapshotTimeoutTicks = Ticks(raft.SnapshotTransferTimeout, raft),
        };
    }

    private static int Ticks(TimeSpan time, RaftSettings raft) => Math.Max(1, (int)Math.Ceiling(time / raft.TickInterval));
}
