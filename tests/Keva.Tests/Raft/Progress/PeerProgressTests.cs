using Keva.Raft;
using Keva.Raft.Progress;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Progress;

public sealed class PeerProgressTests
{
    private readonly PeerProgress progress = new(new LogIndex(11), ServerUnderTest.Options with { MaxInflightAppends = 2 });

    [Fact]
    public void It_begins_with_one_probe_at_a_time()
    {
        Assert.Equal((ReplicationState.Probe, false), (progress.State, progress.IsPaused));

        progress.OnSent(new LogIndex(12), 1);
        Assert.True(progress.IsPaused);
        Assert.Equal(11, progress.NextIndex.Value);
    }

    [Fact]
    public void An_answered_heartbeat_lets_a_probe_be_sent_again()
    {
        progress.OnSent(new LogIndex(12), 1);
        progress.OnHeartbeatAnswered();

        Assert.False(progress.IsPaused);
    }

    [Fact]
    public void A_match_opens_the_pipeline_behind_it()
    {
        progress.OnSent(new LogIndex(10), 0);

        Assert.True(progress.OnAccepted(new LogIndex(10)));
        Assert.Equal((ReplicationState.Replicate, 10, 11), (progress.State, progress.MatchIndex.Value, progress.NextIndex.Value));
    }

    [Fact]
    public void The_pipeline_stops_when_its_window_is_full_and_goes_on_as_answers_come()
    {
        progress.OnAccepted(new LogIndex(10));
        progress.OnSent(new LogIndex(11), 1);
        progress.OnSent(new LogIndex(12), 1);
        Assert.True(progress.IsPaused);
        Assert.Equal(13, progress.NextIndex.Value);

        progress.OnAccepted(new LogIndex(11));
        Assert.False(progress.IsPaused);
        Assert.Equal(13, progress.NextIndex.Value);
    }

    [Fact]
    public void A_refused_probe_goes_back_but_not_behind_the_match()
    {
        Assert.True(progress.OnRejected(new LogIndex(10), new LogIndex(5)));
        Assert.Equal(5, progress.NextIndex.Value);

        progress.OnAccepted(new LogIndex(4));
        progress.BecomeProbe();
        Assert.True(progress.OnRejected(new LogIndex(4), new LogIndex(1)));
        Assert.Equal(5, progress.NextIndex.Value);
    }

    [Fact]
    public void A_refused_probe_goes_back_at_least_one_step()
    {
        progress.OnRejected(new LogIndex(10), new LogIndex(99));

        Assert.Equal(10, progress.NextIndex.Value);
    }

    [Fact]
    public void A_refusal_of_another_probe_is_of_no_interest()
    {
        Assert.False(progress.OnRejected(new LogIndex(8), new LogIndex(3)));
        Assert.Equal(11, progress.NextIndex.Value);
    }

    [Fact]
    public void A_refusal_in_the_pipeline_means_that_something_was_lost()
    {
        progress.OnAccepted(new LogIndex(10));
        progress.OnSent(new LogIndex(11), 1);
        progress.OnSent(new LogIndex(12), 1);

        Assert.True(progress.OnRejected(new LogIndex(11), new LogIndex(11)));
        Assert.Equal((ReplicationState.Probe, 11), (progress.State, progress.NextIndex.Value));
    }

    [Fact]
    public void A_refusal_from_before_the_match_was_overtaken()
    {
        progress.OnAccepted(new LogIndex(10));

        Assert.False(progress.OnRejected(new LogIndex(9), new LogIndex(3)));
        Assert.Equal(ReplicationState.Replicate, progress.State);
    }

    [Fact]
    public void While_a_snapshot_is_on_its_way_nothing_else_is_sent()
    {
        progress.BecomeSnapshot();
        Assert.True(progress.IsPaused);
        Assert.False(progress.OnRejected(new LogIndex(10), new LogIndex(3)));

        progress.OnSnapshotInstalled(new LogIndex(20));
        Assert.Equal((ReplicationState.Probe, 20, 21, false), (progress.State, progress.MatchIndex.Value, progress.NextIndex.Value, progress.IsPaused));
    }

    [Fact]
    public void The_match_never_goes_back()
    {
        progress.OnAccepted(new LogIndex(20));
        Assert.False(progress.OnAccepted(new LogIndex(15)));
        progress.BecomeSnapshot();
        progress.OnSnapshotInstalled(new LogIndex(12));

        Assert.Equal((20, 21), (progress.MatchIndex.Value, progress.NextIndex.Value));
    }

    [Fact]
    public void A_window_counts_messages_and_bytes()
    {
        var window = new InflightWindow(3, 100);
        Assert.True(window.IsEmpty);
        window.Add(new LogIndex(1), 60);
        Assert.False(window.IsFull);
        window.Add(new LogIndex(2), 60);
        Assert.True(window.IsFull);

        window.Free(new LogIndex(1));
        Assert.False(window.IsFull);
        window.Add(new LogIndex(3), 1);
        window.Add(new LogIndex(4), 1);
        Assert.True(window.IsFull);

        window.Free(new LogIndex(3));
        Assert.False(window.IsFull || window.IsEmpty);
        window.Clear();
        Assert.True(window.IsEmpty);
    }
}
