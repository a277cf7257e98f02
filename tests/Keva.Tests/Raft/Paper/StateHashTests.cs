using Keva.Raft;
using Keva.Raft.Messages;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Paper;

/// <summary>State Machine Safety (§3.6.3) is checked while running: equal logs give equal states.</summary>
public sealed class StateHashTests
{
    [Fact]
    public void A_follower_whose_state_differs_from_the_leaders_stops()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(1));
        follower.Do(driver => driver.OnApplied(new LogIndex(8), new StateHashMark(new LogIndex(8), 123)));

        Assert.Throws<InvariantViolationException>(() => follower.Receive(2, Heartbeat(index: 8, hash: 124)));
    }

    [Fact]
    public void Equal_marks_and_marks_at_other_indexes_are_well()
    {
        var follower = Clusters.FollowerOf2(ServerSetup.InTerm(1));
        follower.Do(driver => driver.OnApplied(new LogIndex(8), new StateHashMark(new LogIndex(8), 123)));
        follower.Receive(2, Heartbeat(index: 8, hash: 123)).Receive(2, Heartbeat(index: 16, hash: 5));

        Assert.Equal(2, follower.SentOf<HeartbeatResponse>().Count);
    }

    [Fact]
    public void A_follower_tells_how_far_it_has_applied_also_right_after_a_start()
    {
        var server = new ServerUnderTest(1, ServerSetup.InTerm(1, "1:a 1:b"));
        server.Receive(2, new HeartbeatRequest(new Term(1), new LogIndex(2), 1, StateHashMark.None));
        server.Machine.TakeCheckpoint();
        server.Restart().Receive(2, Heartbeat(0, 0));

        Assert.Equal(new LogIndex(2), server.TheOne<HeartbeatResponse>().AppliedIndex);
    }

    private static HeartbeatRequest Heartbeat(long index, ulong hash) =>
        new(new Term(1), LogIndex.Zero, 1, new StateHashMark(new LogIndex(index), hash));
}
