using Keva.Node.Dashboard;
using Keva.Tests.Actors;

namespace Keva.Tests.Dashboard;

public sealed class DashboardFeedTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly ManualTime time = new();
    private readonly List<ScriptedCamera> cameras = [];
    private readonly DashboardFeed feed;

    public DashboardFeedTests() => feed = new DashboardFeed(
        () =>
        {
            var camera = new ScriptedCamera();
            cameras.Add(camera);
            return camera;
        },
        time);

    [Fact]
    public async Task Who_watches_gets_a_picture_at_once_and_then_one_each_second()
    {
        using var watch = feed.TryWatch()!;

        var first = await NextAsync(watch);
        var second = watch.NextAsync(CancellationToken.None);
        Assert.False(second.IsCompleted);
        await AdvanceAsync(DashboardFeed.Interval);

        Assert.Equal((1, 2), (NumberOf(first), NumberOf(await second.WaitAsync(Deadline))));
    }

    [Fact]
    public async Task All_who_watch_share_the_pictures_and_the_last_to_leave_ends_them()
    {
        var one = feed.TryWatch()!;
        var pictureOfOne = await NextAsync(one);
        var other = feed.TryWatch()!;
        Assert.Same(pictureOfOne, await NextAsync(other));
        var camera = Assert.Single(cameras);

        one.Dispose();
        one.Dispose();
        await AdvanceAsync(DashboardFeed.Interval);
        Assert.Equal(2, NumberOf(await NextAsync(other)));
        other.Dispose();

        await camera.Closed.WaitAsync(Deadline);
        using var late = feed.TryWatch()!;
        Assert.Equal(1, NumberOf(await NextAsync(late)));
        Assert.Equal(2, cameras.Count);
    }

    [Fact]
    public void Nobody_takes_pictures_while_nobody_watches() => Assert.Empty(cameras);

    [Fact]
    public async Task Who_is_slow_misses_pictures_and_gets_the_latest()
    {
        using var slow = feed.TryWatch()!;
        using var quick = feed.TryWatch()!;
        await NextAsync(slow);
        await NextAsync(quick);
        for (var i = 0; i < 3; i++)
        {
            await AdvanceAsync(DashboardFeed.Interval);
            await NextAsync(quick);
        }

        Assert.Equal(4, NumberOf(await NextAsync(slow)));
    }

    [Fact]
    public async Task More_than_may_watch_are_refused_until_one_leaves()
    {
        var watches = Enumerable.Range(0, DashboardFeed.MaxWatchers).Select(_ => feed.TryWatch()!).ToArray();
        Assert.Null(feed.TryWatch());

        watches[0].Dispose();
        using (var next = feed.TryWatch())
        {
            Assert.NotNull(next);
            await NextAsync(next);
        }

        Assert.All(watches, watch => watch.Dispose());
    }

    [Fact]
    public async Task Who_watches_hears_of_a_camera_that_fails()
    {
        using var watch = feed.TryWatch()!;
        await NextAsync(watch);
        cameras[0].Failure = new InvalidOperationException("no film");

        var next = watch.NextAsync(CancellationToken.None);
        await AdvanceAsync(DashboardFeed.Interval);

        Assert.Equal("no film", (await Assert.ThrowsAsync<InvalidOperationException>(() => next.WaitAsync(Deadline))).Message);
    }

    [Fact]
    public async Task Who_leaves_while_waiting_is_let_go()
    {
        using var watch = feed.TryWatch()!;
        await NextAsync(watch);
        using var leaving = new CancellationTokenSource();

        var next = watch.NextAsync(leaving.Token);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    private static Task<DashboardPicture> NextAsync(DashboardWatch watch) => watch.NextAsync(CancellationToken.None).WaitAsync(Deadline);

    private static long NumberOf(DashboardPicture picture) => picture.Store.Revision;

    // The timer is set a moment after a picture is out.
    private async Task AdvanceAsync(TimeSpan step)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (time.TimersSet < cameras.Sum(camera => camera.Taken))
        {
            await Task.Delay(1, deadline.Token);
        }

        time.Advance(step);
    }
}
