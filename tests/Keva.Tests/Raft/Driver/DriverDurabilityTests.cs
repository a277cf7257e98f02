using Keva.Raft;
using Keva.Raft.Messages;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Driver;

/// <summary>Figure 3.1: the persistent state is "updated on stable storage before responding to RPCs", whoever responds.</summary>
public sealed class DriverDurabilityTests
{
    [Fact]
    public void A_refusal_that_speaks_of_a_new_term_waits_until_that_term_is_durable()
    {
        var server = new ServerUnderTest(1) { HoldsWrites = true };
        server.Receive(2, new ForwardProposals(new Term(5), ServerUnderTest.ProposalsOf("a")));

        Assert.Equal(new Term(5), server.Term);
        Assert.Empty(server.Sent);
        server.Persist();
        Assert.Equal(new Term(5), server.TheOne<ForwardRefused>(to: 2).Term);
    }

    [Fact]
    public void An_answer_about_a_piece_of_a_snapshot_waits_until_its_term_is_durable()
    {
        var server = new ServerUnderTest(1);
        server.Machine.HoldsPieces = true;
        server.Receive(2, Snapshots.Piece(term: 1, entries: "1:a 1:b 1:c", number: 0, perPiece: 2));

        server.HoldsWrites = true;
        server.Receive(3, new VoteRequest(new Term(4), EntryId.Zero, LeadershipTransfer: true)).Forget();
        server.Machine.KeepPieces();
        Assert.Empty(server.Sent);

        server.Persist();
        Assert.Equal(new Term(4), server.TheOne<InstallSnapshotResponse>().Term);
    }

    [Fact]
    public void A_piece_of_a_snapshot_that_is_read_after_leadership_is_lost_is_not_sent()
    {
        var leader = Snapshots.LeaderWithTrimmedLog();
        leader.Machine.HoldsApplying = true;
        leader.Do(driver => driver.OnSnapshotFailed(ServerUnderTest.Node(2)));
        leader.Receive(3, new VoteResponse(new Term(7), Granted: false)).Forget();

        leader.Machine.HoldsApplying = false;
        leader.Settle();
        Assert.False(leader.Driver.IsLeader);
        Assert.Empty(leader.SentOf<InstallSnapshotRequest>());
    }
}
