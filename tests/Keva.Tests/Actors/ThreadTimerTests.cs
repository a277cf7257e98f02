using System.Diagnostics;
using Keva.Actors.Scheduling;

namespace Keva.Tests.Actors;

/// <summary>The timer of a system that lives in real time.</summary>
public sealed class ThreadTimerTests
{
    [Fact]
    public void It_rings_once_and_not_before_its_time()
    {
        var rung = new SemaphoreSlim(0); // a last ring may come after the end
        using var timer = new ThreadTimer(() => rung.Release(), TimeProvider.System, "timer");
        var set = Stopwatch.StartNew();
        timer.Change(TimeSpan.FromMilliseconds(30), Timeout.InfiniteTimeSpan);
        Assert.True(rung.Wait(ActorHarness.Deadline));
        Assert.True(set.Elapsed >= TimeSpan.FromMilliseconds(30), $"it rang after {set.Elapsed}");
        Assert.False(rung.Wait(TimeSpan.FromMilliseconds(100)), "it rang again");
    }

    [Fact]
    public void It_can_be_set_to_an_earlier_time_also_from_a_ring()
    {
        var rung = new SemaphoreSlim(0); // a last ring may come after the end
        ThreadTimer? timer = null;
        timer = new ThreadTimer(() =>
        {
            timer!.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            rung.Release();
        }, TimeProvider.System, "timer");
        using (timer)
        {
            timer.Change(TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);
            timer.Change(TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
            for (var i = 0; i < 10; i++)
            {
                Assert.True(rung.Wait(ActorHarness.Deadline));
            }
        }
    }

    [Fact]
    public void It_rings_no_more_when_it_is_disposed_of_or_set_to_never()
    {
        var rung = new SemaphoreSlim(0); // a last ring may come after the end
        var timer = new ThreadTimer(() => rung.Release(), TimeProvider.System, "timer");
        timer.Change(TimeSpan.FromMilliseconds(50), Timeout.InfiniteTimeSpan);
        timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Assert.False(rung.Wait(TimeSpan.FromMilliseconds(150)));
        timer.Change(TimeSpan.FromMilliseconds(50), Timeout.InfiniteTimeSpan);
        timer.Dispose();
        Assert.False(rung.Wait(TimeSpan.FromMilliseconds(150)));
        Assert.False(timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5_000)]
    public void However_late_it_is_it_rings(int milliseconds)
    {
        var rung = new SemaphoreSlim(0); // a last ring may come after the end
        var time = new ManualTime();
        using var timer = new ThreadTimer(() => rung.Release(), time, "timer");
        timer.Change(TimeSpan.FromMilliseconds(30), Timeout.InfiniteTimeSpan);
        time.Advance(TimeSpan.FromMilliseconds(30 + milliseconds));
        Assert.True(rung.Wait(ActorHarness.Deadline));
    }

    [Fact]
    public void It_does_not_ring_periodically_and_says_so()
    {
        using var timer = new ThreadTimer(() => { }, TimeProvider.System, "timer");
        Assert.Throws<NotSupportedException>(() => timer.Change(TimeSpan.Zero, TimeSpan.FromSeconds(1)));
    }
}
