using Keva.Serf;
using Keva.Serf.Swim;

namespace Keva.Tests.Serf.Swim;

/// <summary>How long a suspect has to object.</summary>
public sealed class SuspicionTests
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(24);

    [Theory]
    [InlineData(1, 4_000)]
    [InlineData(10, 4_000)]
    [InlineData(50, 6_792)]
    [InlineData(100, 8_000)]
    [InlineData(1_000, 12_000)]
    public void The_least_time_grows_with_the_logarithm_of_the_cluster(int nodes, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Suspicion.LeastTimeout(GossipTiming.Lan, nodes));

    [Fact]
    public void Confirmations_of_others_shorten_the_time_from_the_most_to_the_least()
    {
        var suspicion = new Suspicion("a", expectedConfirmations: 2, Least, Most, start: TimeSpan.Zero);
        Assert.Equal(Most, suspicion.Deadline);

        Assert.True(suspicion.Confirm("b"));
        Assert.InRange(suspicion.Deadline, TimeSpan.FromSeconds(11.3), TimeSpan.FromSeconds(11.4));

        Assert.True(suspicion.Confirm("c"));
        Assert.Equal(Least, suspicion.Deadline);
        Assert.False(suspicion.Confirm("d"));
    }

    [Fact]
    public void The_first_accuser_and_whoever_repeats_himself_confirms_nothing()
    {
        var suspicion = new Suspicion("a", expectedConfirmations: 2, Least, Most, start: TimeSpan.Zero);

        Assert.False(suspicion.Confirm("a"));
        Assert.True(suspicion.Confirm("b"));
        Assert.False(suspicion.Confirm("b"));
        Assert.Equal(1, suspicion.Confirmations);
    }

    [Fact]
    public void Where_nobody_can_confirm_the_time_is_the_least() =>
        Assert.Equal(Least, new Suspicion("a", expectedConfirmations: 0, Least, Most, start: TimeSpan.Zero).Deadline);

    [Fact]
    public void A_confirmation_that_comes_late_ends_the_time_at_once()
    {
        var timers = new TimerQueue();
        var suspicion = new Suspicion("a", expectedConfirmations: 1, Least, Most, start: TimeSpan.Zero);
        var hasExpired = false;
        suspicion.Arm(timers, () => hasExpired = true);
        timers.SetNow(TimeSpan.FromSeconds(10));
        timers.Run();
        Assert.False(hasExpired);

        suspicion.Confirm("b");
        suspicion.Arm(timers, () => hasExpired = true);
        timers.Run();

        Assert.True(hasExpired);
        Assert.Null(timers.NextDue);
    }
}
