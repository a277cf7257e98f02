using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Messages;
using Keva.Raft.Progress;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Paper;

/// <summary>Chapter 5 on the leader's side: when a snapshot is sent, piece by piece, and what becomes of the log meanwhile.</summary>
public sealed class SnapshotSendingTests
{
    private static readonly EntryId Snapshot = new(new LogIndex(5), new Term(1));

    [Fact]
    public void A_follower_that_needs_trimmed_entries_gets_the_first_piece_of_a_snapshot()
    {
        var leader = Snapshots.LeaderWithTrimmedLog();

        var piece = leader.TheOne<InstallSnapshotRequest>(to: 2);
        Assert.Equal((Snapshot, 0, false), (piece.Snapshot, piece.ChunkNumber, piece.IsLast));
        Assert.Equal(ReplicationState.Snapshot, leader.Core.Followers.First().State);
    }

    [Fact]
    public void The_next_piece_is_sent_when_the_one_before_it_is_kept()
    {
        var leader = Snapshots.LeaderWithTrimmedLog();
        leader.Forget();
        Answer(leader, next: 1);

        Assert.Equal(1, leader.TheOne<InstallSnapshotRequest>(to: 2).ChunkNumber);
    }

    [Fact]
    public void A_follower_that_gets_a_snapshot_gets_no_entries()
    {
        var leader = Snapshots.LeaderWithTrimmedLog();
        leader.Propose("e");

        Assert.Empty(leader.SentOf<AppendEntriesRequest>(to: 2));
        Assert.NotEmpty(leader.SentOf<AppendEntriesRequest>(to: 3));
    }

    [Fact]
    public void Heartbeats_go_on_while_a_snapshot_is_sent()
    {
        var leader = Snapshots.LeaderWithTrimmedLog();
        leader.Forget().Tick(2);

        Assert.NotEmpty(leader.SentOf<HeartbeatRequest>(to: 2));
    }

    [Fact]
    public void After_the_snapshot_the_entries_behind_it_follow()
    {
        var leader = Snapshots.LeaderWithTrimmedLog();
        leader.Forget();
        Answer(leader, next: 0, installed: true);

        var append = leader.TheOne<AppendEntriesRequest>(to: 2);
        Assert.Equal(Snapshot, append.Previous);
        Assert.Equal("2:-", ServerUnderTest.TextOf(append.Entries.Entries.ToArray()));
    }

    [Fact]
    public void An_installed_snapshot_counts_for_the_commitment_of_entries()
    {
        var leader = Snapshots.LeaderWithTrimmedLog();
        Answer(leader, next: 0, installed: true);

        Assert.Equal(new LogIndex(5), leader.Core.Followers.First().MatchIndex);
    }

    [Fact]
    public void A_piece_without_an_answer_is_sent_again()
    {
        var leader = Snapshots.LeaderWithTrimmedLog();
        leader.Forget().Tick(ServerUnderTest.Options.SnapshotRetryTicks);

        Assert.Equal(0, leader.TheOne<InstallSnapshotRequest>(to: 2).ChunkNumber);
    }

    [Fact]
    public void A_follower_that_lost_pieces_gets_them_again_from_where_it_says()
    {
        var leader = Snapshots.LeaderWithTrimmedLog();
        Answer(leader, next: 1);
        Answer(leader, next: 2);
        leader.Forget();
        Answer(leader, next: 0);

        Assert.Equal(0, leader.TheOne<InstallSnapshotRequest>(to: 2).ChunkNumber);
    }

    [Fact]
    public void A_lost_connection_does_not_begin_the_snapshot_anew()
    {
        var leader = Snapshots.LeaderWithTrimmedLog();
        Answer(leader, next: 1);
        leader.Forget().Do(driver => driver.OnPeerUnreachable(ServerUnderTest.Node(2)));
        leader.Tick(ServerUnderTest.Options.SnapshotRetryTicks);

        Assert.Equal(1, leader.TheOne<InstallSnapshotRequest>(to: 2).ChunkNumber);
    }

    [Fact]
    public void A_follower_that_answers_of_an_earlier_transfer_gets_the_snapshot_from_the_start()
    {
        var leader = Snapshots.LeaderWithTrimmedLog();
        Answer(leader, next: 1);
        leader.Forget();
        Answer(leader, next: 9);

        Assert.Equal(0, leader.TheOne<InstallSnapshotRequest>(to: 2).ChunkNumber);
    }

    [Fact]
    public void A_transfer_without_progress_is_given_up_and_begun_anew()
    {
        var leader = Snapshots.LeaderWithTrimmedLog();
        Answer(leader, next: 1);
        leader.Forget();
        TickWithQuorum(leader, ServerUnderTest.Options.SnapshotTimeoutTicks + 1);

        Assert.Equal(0, leader.SentOf<InstallSnapshotRequest>(to: 2)[^1].ChunkNumber);
    }

    [Fact]
    public void A_follower_that_has_all_pieces_and_is_long_at_work_is_not_given_up()
    {
        var leader = Snapshots.LeaderWithTrimmedLog();
        Answer(leader, next: 1);
        Answer(leader, next: 2);
        Assert.True(leader.SentOf<InstallSnapshotRequest>(to: 2)[^1].IsLast);
        leader.Forget();
        for (var i = 0; i < ServerUnderTest.Options.SnapshotTimeoutTicks; i++)
        {
            TickWithQuorum(leader, 1);
            if (leader.SentOf<InstallSnapshotRequest>(to: 2).Count > 0)
            {
                Assert.Equal(2, leader.TheOne<InstallSnapshotRequest>(to: 2).ChunkNumber);
                leader.Forget();
                Answer(leader, next: 3);
            }
        }

        Assert.Empty(leader.SentOf<InstallSnapshotRequest>(to: 2));
        Assert.Contains(ServerUnderTest.Node(2), leader.Machine.Opened);
    }

    [Fact]
    public void A_checkpoint_leaves_what_follows_a_snapshot_that_is_on_its_way()
    {
        var leader = Snapshots.LeaderWithTrimmedLog();
        leader.Propose("f").Propose("g").AnswerAppends(3);
        leader.Machine.TakeCheckpoint();
        Assert.Equal(Snapshot, leader.Log.Start);

        leader.Forget();
        Answer(leader, next: 0, installed: true);
        Assert.Equal(Snapshot, leader.TheOne<AppendEntriesRequest>(to: 2).Previous);

        // Nor may it be trimmed while the follower is catching up with it.
        leader.Machine.TakeCheckpoint();
        Assert.Equal(Snapshot, leader.Log.Start);
        leader.Receive(2, new AppendEntriesAccepted(leader.Term, new LogIndex(8)));
        leader.Machine.TakeCheckpoint();
        Assert.Equal(new LogIndex(8), leader.Log.Start.Index);
    }

    [Fact]
    public void Beyond_the_bound_the_log_is_trimmed_although_a_snapshot_is_on_its_way()
    {
        var leader = Snapshots.LeaderWithTrimmedLog(ServerUnderTest.Options with { RetainedLogBytesForFollowers = 20 });
        leader.Propose("f").Propose("g").AnswerAppends(3);
        leader.Machine.TakeCheckpoint();

        Assert.Equal(new LogIndex(8), leader.Log.Start.Index);
    }

    [Fact]
    public void A_leader_that_is_deposed_gives_its_transfers_up()
    {
        var leader = Snapshots.LeaderWithTrimmedLog();
        leader.Receive(3, new HeartbeatRequest(new Term(3), LogIndex.Zero, 1, StateHashMark.None)).Forget().Tick(6);

        Assert.Empty(leader.Machine.Opened);
        Assert.Empty(leader.SentOf<InstallSnapshotRequest>());
    }

    [Fact]
    public void A_checkpoint_keeps_a_suffix_of_the_log_for_followers_that_are_a_little_behind()
    {
        var leader = Clusters.LeaderOfThree(ServerUnderTest.Options with { RetainedLogEntries = 2 });
        leader.Propose("a", "b", "c", "d").AnswerAppends(3).AnswerAppends(2);
        leader.Machine.TakeCheckpoint();

        Assert.Equal("1:c 1:d", leader.LogText);
    }

    [Fact]
    public void A_follower_that_is_behind_keeps_what_it_needs_in_the_log_up_to_the_bound()
    {
        var options = ServerUnderTest.Options with { RetainedLogEntries = 0 };
        var leader = Clusters.LeaderOfThree(options);
        leader.Propose("a", "b").AnswerAppends(3);
        leader.Machine.TakeCheckpoint();
        Assert.Equal("1:a 1:b", leader.LogText);

        leader = Clusters.LeaderOfThree(options with { RetainedLogBytesForFollowers = 10 });
        leader.Propose("a", "b").AnswerAppends(3);
        leader.Machine.TakeCheckpoint();
        Assert.Equal("", leader.LogText);
    }

    private static void Answer(ServerUnderTest leader, long next, bool installed = false) =>
        leader.Receive(2, new InstallSnapshotResponse(leader.Term, Snapshot, next, installed));

    private static void TickWithQuorum(ServerUnderTest leader, int count)
    {
        for (var i = 0; i < count; i++)
        {
            leader.Tick().AnswerHeartbeats(3);
        }
    }
}
