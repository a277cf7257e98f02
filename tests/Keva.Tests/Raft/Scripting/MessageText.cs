using System.Globalization;
using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Messages;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Scripting;

/// <summary>A message as a line of a script.</summary>
internal static class MessageText
{
    public static string Of(RaftMessage message) => $"t{message.Term} {Body(message)}";

    private static string Body(RaftMessage message) => message switch
    {
        PreVoteRequest request => $"pre-vote? last {request.LastEntry}",
        PreVoteResponse response => response.Granted ? "pre-vote: yes" : "pre-vote: no",
        VoteRequest request => $"vote? last {request.LastEntry}{(request.LeadershipTransfer ? " (transfer)" : "")}",
        VoteResponse response => response.Granted ? "vote: yes" : "vote: no",
        TimeoutNow => "stand now",
        AppendEntriesRequest request => $"append after {request.Previous} [{Entries(request.Entries)}] commit {request.CommitIndex}",
        AppendEntriesAccepted accepted => $"accepted up to {accepted.MatchIndex}",
        AppendEntriesRejected rejected => $"rejected {rejected.RejectedPrevious}, hint {rejected.Hint}",
        CommitNotice notice => $"commit {notice.CommitIndex}",
        HeartbeatRequest request => $"heartbeat {request.Round} commit {request.CommitIndex}",
        HeartbeatResponse response => $"heartbeat {response.Round} answered{(response.CanPersist ? "" : ", disk full")}",
        InstallSnapshotRequest request => $"snapshot {request.Snapshot} piece {request.ChunkNumber}{(request.IsLast ? ", the last" : "")}",
        InstallSnapshotResponse { Installed: true } response => $"snapshot {response.Snapshot} is in place",
        InstallSnapshotResponse response => $"snapshot {response.Snapshot} wants piece {response.NextChunk}",
        ForwardProposals forward => $"forward {string.Join(' ', forward.Proposals.Select(proposal => System.Text.Encoding.UTF8.GetString(proposal.Payload.Span)))}",
        ForwardRefused refused => string.Create(CultureInfo.InvariantCulture, $"refused {refused.Proposals.Count}: {refused.Reason}"),
        ReadIndexRequest request => string.Create(CultureInfo.InvariantCulture, $"read {request.ReadId}?"),
        ReadIndexResponse { Confirmed: true } response => string.Create(CultureInfo.InvariantCulture, $"read {response.ReadId} at {response.ReadIndex}"),
        ReadIndexResponse response => string.Create(CultureInfo.InvariantCulture, $"read {response.ReadId}: not the leader"),
        _ => message.ToString(),
    };

    private static string Entries(EntryBatch batch) => ServerUnderTest.TextOf(batch.Entries.ToArray());
}
