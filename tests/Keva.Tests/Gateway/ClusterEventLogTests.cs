using System.Threading.Channels;
using Keva.Node.Gateway;
using Keva.Node.Gateway.Events;
using Keva.Raft;

namespace Keva.Tests.Gateway;

public sealed class ClusterEventLogTests
{
    private DateTimeOffset time = DateTimeOffset.UnixEpoch.AddSeconds(1);
    private readonly ClusterEventLog log;
    private long term = 10;

    public ClusterEventLogTests()
    {
        log = new ClusterEventLog(() => time);
        log.OnView(ViewOf(term));
    }

    [Fact]
    public void A_watcher_hears_of_what_happens_after_it_came()
    {
        Happen();
        var channel = Channel.CreateUnbounded<ClusterEvent>();
        Assert.Empty(log.TryWatch(since: null, channel.Writer)!.Events);
        time = time.AddSeconds(1);
        Happen();

        Assert.True(channel.Reader.TryRead(out var item));
        Assert.Equal((2_000, "host2 leads in term 12"), (item.Id, item.Change.Sentence));
        Assert.Equal(time, item.Time);
        Assert.False(channel.Reader.TryRead(out _));
    }

    [Fact]
    public void Who_comes_later_gets_what_it_has_not_read_yet()
    {
        Happen();
        Happen();
        Happen();

        var all = log.TryWatch(since: 0, Channel.CreateUnbounded<ClusterEvent>().Writer)!;
        Assert.Equal(["host2 leads in term 11", "host2 leads in term 12", "host2 leads in term 13"], all.Events.Select(item => item.Change.Sentence));
        Assert.False(all.AreSomeLost);
        var later = log.TryWatch(since: all.Events[1].Id, Channel.CreateUnbounded<ClusterEvent>().Writer)!;
        Assert.Equal([all.Events[2]], later.Events);
    }

    [Fact]
    public void Ids_grow_although_the_clock_stands_or_goes_back()
    {
        Happen();
        Happen();
        time = time.AddHours(-1);
        Happen();

        var all = log.TryWatch(since: 0, Channel.CreateUnbounded<ClusterEvent>().Writer)!.Events;
        Assert.Equal([1_000, 1_001, 1_002], all.Select(item => item.Id));
    }

    [Fact]
    public void Only_the_last_are_kept_and_who_asks_for_more_is_told()
    {
        Happen();
        var first = log.TryWatch(since: 0, Channel.CreateUnbounded<ClusterEvent>().Writer)!.Events[0].Id;
        for (var i = 0; i < ClusterEventLog.Kept + 1; i++)
        {
            Happen();
        }

        var missed = log.TryWatch(first, Channel.CreateUnbounded<ClusterEvent>().Writer)!;
        Assert.Equal((ClusterEventLog.Kept, true), (missed.Events.Count, missed.AreSomeLost));
        Assert.False(log.TryWatch(missed.Events[0].Id, Channel.CreateUnbounded<ClusterEvent>().Writer)!.AreSomeLost);
        Assert.False(log.TryWatch(since: 0, Channel.CreateUnbounded<ClusterEvent>().Writer)!.AreSomeLost);
    }

    [Fact]
    public void A_watcher_that_does_not_read_is_cut_off()
    {
        var channel = Channel.CreateBounded<ClusterEvent>(1);
        log.TryWatch(since: null, channel.Writer);
        Happen();
        Happen();

        Assert.True(channel.Reader.TryRead(out _));
        Assert.False(channel.Reader.TryRead(out _));
        Assert.True(channel.Reader.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public void Only_so_many_may_watch_until_one_goes()
    {
        var writers = Enumerable.Range(0, ClusterEventLog.MostWatchers).Select(_ => Channel.CreateUnbounded<ClusterEvent>().Writer).ToArray();
        Assert.All(writers, writer => Assert.NotNull(log.TryWatch(since: null, writer)));

        var another = Channel.CreateUnbounded<ClusterEvent>();
        Assert.Null(log.TryWatch(since: null, another.Writer));
        log.Unwatch(writers[0]);
        Assert.NotNull(log.TryWatch(since: null, another.Writer));
        log.Complete();
        Assert.True(another.Reader.Completion.IsCompletedSuccessfully);
    }

    private static ClusterView ViewOf(long term) => Views.Leading("host2") with { Term = new Term(term) };

    private void Happen() => log.OnView(ViewOf(++term));
}
