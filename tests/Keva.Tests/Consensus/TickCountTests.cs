using Keva.Node.Consensus;

namespace Keva.Tests.Consensus;

/// <summary>Ticks that are counted when somebody looks.</summary>
public sealed class TickCountTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(7);

    [Fact]
    public void Each_interval_that_passed_is_one_tick_and_is_counted_once()
    {
        var count = Begun(planned: 4);
        Assert.Equal(0, count.Take(Start + (Interval * 0.9)));
        Assert.Equal(1, count.Take(Start + Interval));
        Assert.Equal(0, count.Take(Start + (Interval * 1.9)));
        Assert.Equal(2, count.Take(Start + (Interval * 3.5)));
        Assert.Equal(1, count.Take(Start + (Interval * 4)));
    }

    [Fact]
    public void The_planned_tick_is_due_so_many_intervals_after_the_last_that_was_counted()
    {
        var count = Begun(planned: 4);
        Assert.Equal(Start + (4 * Interval), count.PlannedFor);

        count.Take(Start + (Interval * 1.5));
        Assert.Equal(Start + (4 * Interval), count.PlannedFor);

        count.Plan(2);
        Assert.Equal(Start + (3 * Interval), count.PlannedFor);
    }

    [Fact]
    public void Who_stood_still_counts_no_more_ticks_than_were_planned_for()
    {
        var count = Begun(planned: 4);
        Assert.Equal(4, count.Take(Start + TimeSpan.FromMinutes(1)));
        Assert.Equal(0, count.Take(Start + TimeSpan.FromMinutes(1)));
        Assert.Equal(1, count.Take(Start + TimeSpan.FromMinutes(2)));
    }

    [Fact]
    public void A_clock_that_stands_makes_no_ticks()
    {
        var count = Begun(planned: 4);
        Assert.Equal(0, count.Take(Start));
        Assert.Equal(0, count.Take(Start - Interval));
    }

    private static TickCount Begun(int planned)
    {
        var count = new TickCount(Interval, Start);
        count.Plan(planned);
        return count;
    }
}
