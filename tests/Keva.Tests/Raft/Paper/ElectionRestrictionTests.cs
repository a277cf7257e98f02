using Keva.Raft;
using Keva.Raft.Messages;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Paper;

/// <summary>
/// §3.6.1: "the voter denies its vote if its own log is more up-to-date than that of the candidate"; the later last term
/// counts, and at equal terms the longer log. The same goes for pre-votes (§9.6).
/// </summary>
public sealed class ElectionRestrictionTests
{
    [Theory]
    [InlineData("", 0, 0, true)]
    [InlineData("1:a", 0, 0, false)]
    [InlineData("1:a", 1, 1, true)]
    [InlineData("1:a", 2, 1, true)]
    [InlineData("1:a 1:b", 1, 1, false)]
    [InlineData("1:a 1:b 1:c", 1, 2, true)]
    [InlineData("1:a 2:b", 5, 1, false)]
    [InlineData("1:a 2:b", 2, 2, true)]
    [InlineData("2:a", 1, 3, true)]
    public void Only_a_candidate_whose_log_is_at_least_as_up_to_date_gets_the_vote(string log, long lastIndex, long lastTerm, bool granted)
    {
        var last = new EntryId(new LogIndex(lastIndex), new Term(lastTerm));
        var server = new ServerUnderTest(1, ServerSetup.InTerm(3, log)).Tick(ServerUnderTest.Options.ElectionTicks - 1);
        server.Do(driver => driver.OnJournalStalled()).Tick(ServerUnderTest.Options.ElectionTicks).Forget();

        server.Receive(2, new PreVoteRequest(new Term(4), last));
        Assert.Equal(granted, server.TheOne<PreVoteResponse>().Granted);
        server.Receive(2, new VoteRequest(new Term(4), last, LeadershipTransfer: false));
        Assert.Equal(granted, server.TheOne<VoteResponse>().Granted);
    }

    /// <summary>A refusal leaves the vote for another candidate of the term.</summary>
    [Fact]
    public void A_candidate_that_was_refused_for_its_log_does_not_use_up_the_vote()
    {
        var server = new ServerUnderTest(1, new ServerSetup { Log = "1:a", HardState = new HardState(new Term(1), NodeId.None), ElectionDelay = 9 })
            .Tick(ServerUnderTest.Options.ElectionTicks);
        server.Receive(2, new VoteRequest(new Term(4), EntryId.Zero, LeadershipTransfer: false));
        server.Receive(3, new VoteRequest(new Term(4), new EntryId(new LogIndex(1), new Term(1)), LeadershipTransfer: false));

        Assert.False(server.TheOne<VoteResponse>(to: 2).Granted);
        Assert.True(server.TheOne<VoteResponse>(to: 3).Granted);
    }

    /// <summary>The last entry counts even when the log before it was trimmed.</summary>
    [Fact]
    public void A_trimmed_log_is_as_up_to_date_as_it_was()
    {
        var server = new ServerUnderTest(1);
        foreach (var number in Enumerable.Range(0, 2))
        {
            server.Receive(2, Snapshots.Piece(2, "1:a 1:b 2:c", number));
        }

        server.Tick(ServerUnderTest.Options.ElectionTicks).Forget();
        server.Receive(3, new PreVoteRequest(new Term(3), new EntryId(new LogIndex(9), new Term(1))));
        Assert.False(server.TheOne<PreVoteResponse>().Granted);
        server.Forget().Receive(3, new PreVoteRequest(new Term(3), new EntryId(new LogIndex(3), new Term(2))));
        Assert.True(server.TheOne<PreVoteResponse>().Granted);
    }
}
