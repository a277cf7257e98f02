namespace Keva.Simulator.Situations;

/// <summary>
/// Rare things that must happen now and then in a long run of the simulator: one that never happens is one that is not
/// tested.
/// </summary>
internal enum Situation
{
    ConflictingSuffixOverwritten,
    SnapshotInstalled,
    SnapshotInterrupted,
    SnapshotResumed,
    SnapshotInstalledOverConflictingLog,
    LeaderLostPendingBatch,
    OldTermCommittedByNewTerm,
    SplitVote,
    CandidateLostForItsLog,
    LeaderWithoutQuorumSteppedDown,
    LeaderPausedAndDeposed,
    LeadershipHandedOver,
    ReadConfirmedAfterTermChange,
    ReadByLease,
    ReadThroughFollower,
    ForwardRefusedForItsTerm,
    WriteProposedAgain,
    OutcomeUnknown,
    RefusedAsBusy,
    RefusedForFullDisk,
    CrashWhileWriting,
    UnreportedWriteRecovered,
    TornRowRefused,
    CutOffTailRefused,
    JournalStalled,
    JournalResumed,
    LeaderStalledAndFollowed,
    JournalTrimmed,
    DiskFailed,
    CheckpointAheadOfJournal,
    RestartFromCheckpointAndTail,
    MajorityCrashedAtOnce,
    WipedNodeReplaced,
    LearnerPromoted,
    CrashWhileForming,
    FrameCorrupted,
    DatagramCorrupted,
    MessageFromThePast,
}
