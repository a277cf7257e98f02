using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Messages;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Paper;

/// <summary>Chapter 5, figure 5.3, on the side that gets a snapshot.</summary>
public sealed class SnapshotReceivingTests
{
    private const string Five = "1:a 1:b 1:c 1:d 1:e";

    [Fact]
    public void Each_piece_is_answered_with_the_number_of_the_next_once_it_is_kept()
    {
        var server = new ServerUnderTest(1);
        server.Machine.HoldsPieces = true;
        server.Receive(2, Snapshots.Piece(1, Five, 0));
        Assert.Empty(server.SentOf<InstallSnapshotResponse>());

        server.Machine.KeepPieces();
        var answer = server.TheOne<InstallSnapshotResponse>(to: 2);
        Assert.Equal(1, answer.NextChunk);
        Assert.False(answer.Installed);
    }

    [Fact]
    public void The_last_piece_puts_the_snapshot_in_place_and_resets_the_log()
    {
        var server = new ServerUnderTest(1, ServerSetup.InTerm(1, "1:x"));
        Deliver(server, Five);

        Assert.Equal(Five, server.AppliedText);
        Assert.Equal(new EntryId(new LogIndex(5), new Term(1)), server.Log.Start);
        Assert.Equal(new LogIndex(5), server.Log.CommitIndex);
        Assert.Equal("", server.LogText);
        Assert.True(server.SentOf<InstallSnapshotResponse>()[^1].Installed);
    }

    [Fact]
    public void An_installed_snapshot_is_answered_only_when_the_log_was_reset_on_disk()
    {
        var server = new ServerUnderTest(1);
        server.Receive(2, Snapshots.Piece(1, Five, 0)).Receive(2, Snapshots.Piece(1, Five, 1));
        server.HoldsWrites = true;
        server.Receive(2, Snapshots.Piece(1, Five, 2));
        Assert.Equal(Five, server.AppliedText);
        Assert.DoesNotContain(server.SentOf<InstallSnapshotResponse>(), answer => answer.Installed);

        server.Persist();
        Assert.True(server.SentOf<InstallSnapshotResponse>()[^1].Installed);
        Assert.Equal(server.Log.Start, server.Disk.Start);
    }

    [Fact]
    public void Entries_that_follow_an_installed_snapshot_are_appended_to_it()
    {
        var server = new ServerUnderTest(1);
        Deliver(server, Five);
        server.Receive(2, new AppendEntriesRequest(new Term(1), server.Log.Start, new EntryBatch(ServerUnderTest.EntriesOf("1:f", first: 6)), new LogIndex(6)));

        Assert.Equal(Five + " 1:f", server.AppliedText);
    }

    [Fact]
    public void A_piece_that_came_twice_is_answered_with_what_is_wanted_next()
    {
        var server = new ServerUnderTest(1);
        server.Receive(2, Snapshots.Piece(1, Five, 0)).Receive(2, Snapshots.Piece(1, Five, 1)).Forget();
        server.Receive(2, Snapshots.Piece(1, Five, 1));

        Assert.Equal(2, server.TheOne<InstallSnapshotResponse>(to: 2).NextChunk);
    }

    [Fact]
    public void A_piece_out_of_the_middle_of_an_unknown_snapshot_is_answered_with_begin_again()
    {
        var server = new ServerUnderTest(1);
        server.Receive(2, Snapshots.Piece(1, Five, 1));

        Assert.Equal(0, server.TheOne<InstallSnapshotResponse>(to: 2).NextChunk);
        Assert.Empty(server.Machine.Begun);
    }

    [Fact]
    public void A_newer_snapshot_takes_the_place_of_one_that_was_not_complete()
    {
        var server = new ServerUnderTest(1);
        server.Receive(2, Snapshots.Piece(1, Five, 0));
        Deliver(server, Five + " 1:f");

        Assert.Equal(Five + " 1:f", server.AppliedText);
    }

    [Fact]
    public void The_same_snapshot_begun_anew_by_its_sender_is_taken_from_the_start()
    {
        var server = new ServerUnderTest(1);
        server.Receive(2, Snapshots.Piece(1, Five, 0)).Receive(2, Snapshots.Piece(1, Five, 1)).Forget();
        Deliver(server, Five);

        Assert.Equal(Five, server.AppliedText);
        Assert.Equal(2, server.Machine.Begun.Count);
    }

    [Fact]
    public void Pieces_of_the_same_snapshot_from_two_leaders_are_never_mixed()
    {
        var server = new ServerUnderTest(1);
        server.Receive(2, Snapshots.Piece(1, Five, 0, perPiece: 3)).Forget();

        // The next leader has the same snapshot, but cuts it into smaller pieces.
        server.Receive(3, Snapshots.Piece(2, Five, 1, perPiece: 2));
        Assert.Equal(0, server.TheOne<InstallSnapshotResponse>(to: 3).NextChunk);

        Deliver(server, Five, term: 2, from: 3);
        Assert.Equal(Five, server.AppliedText);
    }

    [Fact]
    public void A_snapshot_of_what_is_committed_here_is_not_taken_in()
    {
        var server = new ServerUnderTest(1, ServerSetup.InTerm(1, Five));
        server.Receive(2, new HeartbeatRequest(new Term(1), new LogIndex(5), 1, StateHashMark.None)).Forget();
        server.Receive(2, Snapshots.Piece(1, Five, 0));

        Assert.True(server.TheOne<InstallSnapshotResponse>(to: 2).Installed);
        Assert.Empty(server.Machine.Begun);
    }

    [Fact]
    public void What_follows_the_snapshots_last_entry_is_retained_if_the_log_holds_that_entry()
    {
        // Figure 5.3, step 6. Entry 6 may have been acknowledged: it may be committed by this server's word.
        var server = new ServerUnderTest(1, ServerSetup.InTerm(1, Five + " 1:f"));
        Deliver(server, Five);

        Assert.Equal(Five + " 1:f", server.LogText);
        Assert.True(server.SentOf<InstallSnapshotResponse>()[^1].Installed);
    }

    [Fact]
    public void A_log_that_conflicts_with_the_snapshot_is_discarded_whole()
    {
        // Figure 5.3, step 7.
        var server = new ServerUnderTest(1, ServerSetup.InTerm(1, "1:a 1:x 1:x 1:x 1:x 1:x 1:x"));
        Deliver(server, "1:a 1:b 1:c 1:d 2:e", term: 2);

        Assert.Equal("", server.LogText);
        Assert.Equal(new LogIndex(5), server.Log.LastIndex);
        Assert.Equal(new LogIndex(5), server.Disk.LastIndex);
    }

    [Fact]
    public void A_snapshot_that_the_log_makes_unnecessary_is_acknowledged_only_when_the_log_is_durable()
    {
        var server = new ServerUnderTest(1) { HoldsWrites = true };
        server.Receive(2, new AppendEntriesRequest(new Term(1), EntryId.Zero, new EntryBatch(ServerUnderTest.EntriesOf(Five)), new LogIndex(5)));
        server.Receive(2, Snapshots.Piece(1, Five, 0));
        Assert.Empty(server.SentOf<InstallSnapshotResponse>());

        server.Persist();
        Assert.True(server.TheOne<InstallSnapshotResponse>(to: 2).Installed);
    }

    [Fact]
    public void A_snapshot_is_given_up_when_the_log_overtakes_it_while_its_last_piece_is_written()
    {
        var server = new ServerUnderTest(1);
        server.Receive(2, Snapshots.Piece(1, Five, 0)).Receive(2, Snapshots.Piece(1, Five, 1));
        server.Machine.HoldsPieces = true;
        server.Receive(2, Snapshots.Piece(1, Five, 2));
        server.Receive(3, new AppendEntriesRequest(new Term(2), EntryId.Zero, new EntryBatch(ServerUnderTest.EntriesOf(Five + " 2:f")), new LogIndex(6)));
        Assert.Equal(Five + " 2:f", server.AppliedText);

        server.Machine.KeepPieces();
        Assert.Equal(Five + " 2:f", server.AppliedText);
        Assert.Equal(Five + " 2:f", server.LogText);
    }

    [Fact]
    public void Nothing_is_appended_while_a_snapshot_is_put_in_place()
    {
        var server = new ServerUnderTest(1);
        server.Machine.HoldsInstallation = true;
        Deliver(server, Five);
        server.Forget();
        server.Receive(3, new AppendEntriesRequest(new Term(2), EntryId.Zero, new EntryBatch(ServerUnderTest.EntriesOf("1:a 1:b")), new LogIndex(2)));
        Assert.Equal(LogIndex.Zero, server.Log.LastIndex);
        Assert.Empty(server.SentOf<AppendEntriesAccepted>());

        server.Machine.Install();
        Assert.Equal(Five, server.AppliedText);
    }

    [Fact]
    public void A_server_that_puts_a_snapshot_in_place_does_not_stand_for_election()
    {
        var server = new ServerUnderTest(1);
        server.Machine.HoldsInstallation = true;
        Deliver(server, Five);
        server.Forget().Tick(50);

        Assert.Empty(server.Sent);
    }

    [Fact]
    public void A_sender_that_asks_again_during_the_installation_learns_that_all_has_arrived()
    {
        var server = new ServerUnderTest(1);
        server.Machine.HoldsInstallation = true;
        Deliver(server, Five);
        server.Forget().Receive(2, Snapshots.Piece(1, Five, 2));

        var answer = server.TheOne<InstallSnapshotResponse>(to: 2);
        Assert.Equal(3, answer.NextChunk);
        Assert.False(answer.Installed);
    }

    [Fact]
    public void After_a_failed_installation_the_old_state_stands_and_the_snapshot_may_come_again()
    {
        var server = new ServerUnderTest(1, ServerSetup.InTerm(1, "1:a"));
        server.Machine.HoldsInstallation = true;
        Deliver(server, Five);
        server.Machine.FailInstallation();
        Assert.Equal("1:a", server.LogText);

        server.Machine.HoldsInstallation = false;
        Deliver(server, Five);
        Assert.Equal(Five, server.AppliedText);
    }

    [Fact]
    public void A_crash_between_the_installation_and_the_reset_of_the_journal_loses_nothing()
    {
        var server = new ServerUnderTest(1, ServerSetup.InTerm(1, "1:x"));
        server.Receive(2, Snapshots.Piece(2, "1:a 1:b 2:c", 0));
        server.HoldsWrites = true;
        server.Receive(2, Snapshots.Piece(2, "1:a 1:b 2:c", 1));
        Assert.Equal("1:a 1:b 2:c", server.AppliedText);

        server.HoldsWrites = false;
        server.Restart();
        Assert.Equal("1:a 1:b 2:c", server.AppliedText);
        Assert.Equal(new LogIndex(3), server.Log.CommitIndex);
        Assert.Equal(new LogIndex(3), server.Disk.LastIndex);
        Assert.Equal(new Term(2), server.Term);
    }

    private static void Deliver(ServerUnderTest server, string entries, long term = 1, int from = 2)
    {
        var pieces = (entries.Split(' ').Length + 1) / 2;
        for (var number = 0; number < pieces; number++)
        {
            server.Receive(from, Snapshots.Piece(term, entries, number));
        }
    }
}
