using Keva.Raft;

namespace Keva.Tests.Raft.Cluster;

/// <summary>
/// What goes wrong in one run, and how often, all drawn from the seed. Every run has a mix of its own, so that some are
/// mostly about crashes, some about a bad network, some about slow disks.
/// </summary>
internal sealed record FaultPlan
{
    public const long TickMilliseconds = 10;

    public required int Servers { get; init; }

    /// <summary>How many of them are the first members; the others may be added.</summary>
    public required int FirstMembers { get; init; }

    /// <summary>How long faults go on before all is healed.</summary>
    public required long FaultMilliseconds { get; init; }

    public required double DropRate { get; init; }

    public required long MaxDelay { get; init; }

    /// <summary>How often a message is not held in the order of its lane, as when a connection was made anew.</summary>
    public required double ReorderRate { get; init; }

    /// <summary>How often a message comes very late, as one that sat in a buffer of a connection that seemed dead.</summary>
    public required double StragglerRate { get; init; }

    /// <summary>How often a fault hits a leader, rather than any server.</summary>
    public required double LeaderRate { get; init; }

    public required long MaxPersistDelay { get; init; }

    public required long MaxApplyDelay { get; init; }

    public required double SnapshotFailureRate { get; init; }

    /// <summary>How often several inputs are taken in before the driver acts.</summary>
    public required double LateFlushRate { get; init; }

    public required long MillisecondsBetweenFaults { get; init; }

    public required long MillisecondsBetweenCheckpoints { get; init; }

    public required long MillisecondsBetweenRequests { get; init; }

    /// <summary>How many of the requests are reads, and how many of those by lease.</summary>
    public required double ReadRate { get; init; }

    public required double LeaseRate { get; init; }

    /// <summary>Weights of the faults, by <see cref="Fault"/>.</summary>
    public required int[] Weights { get; init; }

    public required RaftOptions Options { get; init; }

    public static FaultPlan Draw(Random random)
    {
        var servers = new[] { 1, 2, 3, 3, 3, 3, 4, 5, 5, 5, 6, 7 }[random.Next(12)];
        return Draw(random, servers, random.Next(2) == 0 ? servers : random.Next(1, servers + 1));
    }

    private static FaultPlan Draw(Random random, int servers, int firstMembers) => new()
    {
        Servers = servers,
        FirstMembers = firstMembers,
        FaultMilliseconds = random.Next(1500, 5000),
        DropRate = random.Next(3) == 0 ? random.NextDouble() * 0.25 : random.NextDouble() * 0.02,
        MaxDelay = random.Next(4) == 0 ? random.Next(2, 120) : random.Next(2, 20),
        ReorderRate = random.Next(2) == 0 ? 0 : random.NextDouble() * 0.5,
        StragglerRate = random.Next(2) == 0 ? 0 : random.NextDouble() * 0.03,
        LeaderRate = random.NextDouble() * 0.8,
        MaxPersistDelay = random.Next(3) == 0 ? random.Next(1, 150) : random.Next(1, 12),
        MaxApplyDelay = random.Next(3) == 0 ? random.Next(1, 150) : random.Next(1, 8),
        SnapshotFailureRate = random.Next(3) == 0 ? 0.2 : 0,
        LateFlushRate = random.Next(2) == 0 ? 0.1 : 0.6,
        MillisecondsBetweenFaults = random.Next(20, 300),
        MillisecondsBetweenCheckpoints = random.Next(20, 400),
        MillisecondsBetweenRequests = random.Next(2, 30),
        ReadRate = 0.2 + random.NextDouble() * 0.6,
        LeaseRate = random.NextDouble(),
        Weights = [.. Enum.GetValues<Fault>().Select(_ => random.Next(3) == 0 ? 0 : random.Next(1, 10))],
        Options = DrawOptions(random),
    };

    // Small limits, so that windows fill, logs are trimmed and snapshots have pieces with few entries.
    private static RaftOptions DrawOptions(Random random) => new()
    {
        ElectionTicks = 10,
        HeartbeatTicks = random.Next(1, 4),
        MaxAppendBytes = random.Next(1, 300),
        MaxInflightAppends = random.Next(1, 6),
        MaxInflightBytes = random.Next(1, 600),
        MaxUncommittedBytes = random.Next(100, 2000),
        MaxUnappliedBytes = random.Next(30, 2000),
        RetainedLogEntries = random.Next(2) == 0 ? random.Next(0, 4) : random.Next(0, 60),
        RetainedLogBytes = 16 * 1024,
        RetainedLogBytesForFollowers = random.Next(4) == 0 ? random.Next(100, 4000) : 1024 * 1024,
        ReadTimeoutTicks = random.Next(30, 200),
        SnapshotRetryTicks = random.Next(3, 10),
        SnapshotTimeoutTicks = random.Next(20, 60),
        LeaseFraction = 0.8,
        TickInterval = TimeSpan.FromMilliseconds(TickMilliseconds),
    };
}

internal enum Fault
{
    Crash,
    CrashAll,
    Isolate,
    Split,
    CutOneWay,
    HealNetwork,
    StallJournal,
    Pause,
    TransferLeadership,
    LoseConnection,
    StopGracefully,
    ChangeMembership,
}
