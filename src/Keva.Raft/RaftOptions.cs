namespace Keva.Raft;

/// <summary>What can be tuned. Times are in ticks; the driver's owner decides how long a tick is.</summary>
public sealed record RaftOptions
{
    /// <summary>
    /// Ticks without a leader before a server stands for election. The real wait is drawn anew each time from
    /// [this, 2 × this) (§3.4). Also how long a leader may go without hearing from a quorum, and how long a follower
    /// that heard from its leader refuses to help another candidate (§4.2.3).
    /// </summary>
    public int ElectionTicks { get; init; } = 20;

    /// <summary>Ticks between heartbeats. Well below <see cref="ElectionTicks"/>.</summary>
    public int HeartbeatTicks { get; init; } = 4;

    /// <summary>Most bytes of entries in one AppendEntries; one larger entry goes alone.</summary>
    public long MaxAppendBytes { get; init; } = 256 * 1024;

    /// <summary>Most AppendEntries on their way to one follower without an answer (§10.2.1, pipelining).</summary>
    public int MaxInflightAppends { get; init; } = 64;

    /// <summary>Most bytes on their way to one follower without an answer; one message may exceed it.</summary>
    public long MaxInflightBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>
    /// Most bytes in the leader's log that wait to be committed, to be durable there, or for the state machine; beyond it
    /// proposals are refused as busy.
    /// </summary>
    public long MaxUncommittedBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Most bytes handed to the state machine and not yet applied; more wait in the log.</summary>
    public long MaxUnappliedBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Entries kept behind a checkpoint, so that a follower that is a little behind needs no snapshot.</summary>
    public long RetainedLogEntries { get; init; } = 20_000;

    /// <summary>Bytes of entries kept behind a checkpoint; the smaller of the two limits counts.</summary>
    public long RetainedLogBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// Bytes of entries that a leader keeps for followers that are behind, or that get a snapshot and will ask for what
    /// follows it. A follower further behind gets a snapshot, or another one.
    /// </summary>
    public long RetainedLogBytesForFollowers { get; init; } = 64 * 1024 * 1024;

    /// <summary>Ticks after which a read that no leader has confirmed is forgotten.</summary>
    public int ReadTimeoutTicks { get; init; } = 400;

    /// <summary>Ticks without an answer after which a piece of a snapshot is sent again.</summary>
    public int SnapshotRetryTicks { get; init; } = 40;

    /// <summary>Ticks without any progress after which sending a snapshot is given up, and begun anew when needed.</summary>
    public int SnapshotTimeoutTicks { get; init; } = 1200;

    /// <summary>
    /// How much of the election timeout a lease may use: 1 minus the fraction by which the clocks of two servers may
    /// drift apart in that time (§6.4.1). See <see cref="LeaseTime"/>.
    /// </summary>
    public double LeaseFraction { get; init; } = 0.8;

    /// <summary>The length of a tick; only leases need it.</summary>
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>
    /// How long after the beginning of an answered round of heartbeats a leader may trust that nobody else leads. A
    /// follower counts whole ticks, the first of which may come at once.
    /// </summary>
    public TimeSpan LeaseTime => TickInterval * ((ElectionTicks - 1) * LeaseFraction);

    /// <exception cref="ArgumentException">The values do not make sense together.</exception>
    public void Validate()
    {
        if (HeartbeatTicks < 1 || ElectionTicks < 2 * HeartbeatTicks)
        {
            throw new ArgumentException("the election timeout must be at least twice the heartbeat interval, and that at least one tick");
        }

        if (MaxAppendBytes < 1 || MaxInflightAppends < 1 || MaxInflightBytes < 1 || MaxUncommittedBytes < 1 || MaxUnappliedBytes < 1)
        {
            throw new ArgumentException("limits must be positive");
        }

        if (LeaseFraction is <= 0 or > 1)
        {
            throw new ArgumentException("the lease fraction must be above 0 and at most 1");
        }
    }
}
