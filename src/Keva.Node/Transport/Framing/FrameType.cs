namespace Keva.Node.Transport.Framing;

/// <summary>What a frame's body is. The numbers are on the wire and never change their meaning.</summary>
internal enum FrameType : byte
{
    Greeting = 1,
    Refusal = 2,

    PreVoteRequest = 16,
    PreVoteResponse = 17,
    VoteRequest = 18,
    VoteResponse = 19,
    TimeoutNow = 20,
    AppendEntriesRequest = 21,
    AppendEntriesAccepted = 22,
    AppendEntriesRejected = 23,
    HeartbeatRequest = 24,
    HeartbeatResponse = 25,
    InstallSnapshotRequest = 26,
    InstallSnapshotResponse = 27,
    ForwardProposals = 28,
    ForwardRefused = 29,
    ReadIndexRequest = 30,
    ReadIndexResponse = 31,
    CommitNotice = 32,
    ForwardChange = 33,
    ForwardChangeAnswer = 34,
    ForwardTransfer = 35,
    MembershipEnded = 36,
}

internal static class FrameTypes
{
    /// <summary>
    /// Whether the message that is read from such a body goes on pointing into it, so that the body must not be in a
    /// buffer that is used again.
    /// </summary>
    public static bool IsKeptByMessage(this FrameType type) =>
        type is FrameType.AppendEntriesRequest or FrameType.InstallSnapshotRequest or FrameType.ForwardProposals;
}
