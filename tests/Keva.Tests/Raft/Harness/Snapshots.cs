using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Messages;

namespace Keva.Tests.Raft.Harness;

/// <summary>Snapshots for tests of those who send them and those who get them.</summary>
internal static class Snapshots
{
    /// <summary>The piece with the given number of a snapshot that covers <paramref name="entries"/>.</summary>
    public static InstallSnapshotRequest Piece(long term, string entries, long number, int perPiece = 2)
    {
        var all = ServerUnderTest.EntriesOf(entries);
        var first = (int)number * perPiece;
        var last = Math.Min(first + perPiece, all.Length);
        return new InstallSnapshotRequest(
            new Term(term), all[^1].Id, ServerUnderTest.Voters(1, 2, 3), number, EntryBatchCodec.Encode(all.AsSpan(first..last)), last == all.Length);
    }

    /// <summary>
    /// Server 1 of three, leader of term 2, whose log begins behind a checkpoint at the last entry of term 1. Server 2 has
    /// nothing and was just found to need a snapshot, server 3 has everything.
    /// </summary>
    public static ServerUnderTest LeaderWithTrimmedLog(RaftOptions? options = null)
    {
        var leader = new ServerUnderTest(1, ServerSetup.InTerm(1, "1:a 1:b 1:c 1:d 1:e") with
        {
            Options = (options ?? ServerUnderTest.Options) with { RetainedLogEntries = 0 },
        });
        leader.Receive(3, new HeartbeatRequest(new Term(1), new LogIndex(5), 1, StateHashMark.None));
        leader.Machine.TakeCheckpoint();
        leader.Elect().AnswerAppends(3).Forget();
        leader.Receive(2, new AppendEntriesRejected(leader.Term, new LogIndex(5), EntryId.Zero, LogIndex.Zero));
        return leader;
    }
}
