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
    /// Server 1 of three, leader, with a checkpoint behind which nothing is kept; server 2 has nothing and was just found
    /// to need a snapshot, server 3 has everything.
    /// </summary>
    public static ServerUnderTest LeaderWithTrimmedLog(RaftOptions? options = null)
    {
        var leader = new ServerUnderTest(1, new ServerSetup
        {
            Options = (options ?? ServerUnderTest.Options) with { RetainedLogEntries = 0 },
        });
        leader.Elect().Propose("a").Propose("b").Propose("c").Propose("d").AnswerAppends(3).AnswerAppends(3).AnswerAppends(3);
        leader.Machine.TakeCheckpoint();
        leader.Forget();
        leader.Receive(2, new AppendEntriesRejected(leader.Term, LogIndex.Zero, EntryId.Zero, LogIndex.Zero));
        return leader;
    }
}
