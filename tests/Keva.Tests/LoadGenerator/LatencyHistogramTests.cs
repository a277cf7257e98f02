using Keva.LoadGenerator.Measuring;

namespace Keva.Tests.LoadGenerator;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void A_histogram_without_times_has_zeros()
    {
        var histogram = new LatencyHistogram();

        Assert.Equal(0, histogram.Count);
        Assert.Equal(0, histogram.Percentile(99.9));
        Assert.Equal(0, histogram.Maximum);
    }

    [Fact]
    public void Percentiles_are_those_of_the_sorted_times_to_three_digits()
    {
        var random = new Random(1);
        var histogram = new LatencyHistogram();
        var times = new List<long>();
        for (var i = 0; i < 20_000; i++)
        {
            // From nanoseconds to minutes, evenly over the powers of two.
            var time = (long)Math.Pow(2, random.NextDouble() * 36);
            times.Add(time);
            histogram.Record(time);
        }

        times.Sort();
        foreach (var percent in new[] { 0.01, 1, 25, 50, 90, 99, 99.9, 99.99, 100 })
        {
            var exact = times[(int)Math.Ceiling(percent / 100 * times.Count) - 1];
            var shown = histogram.Percentile(percent);
            Assert.InRange(shown, exact, exact + (exact / 1000));
        }

        Assert.Equal(times[^1], histogram.Maximum);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(2047)]
    public void Small_times_are_kept_exactly(long time)
    {
        var histogram = new LatencyHistogram();
        histogram.Record(time);
        histogram.Record(LatencyHistogram.Highest);

        Assert.Equal(time, histogram.Percentile(50));
    }

    [Fact]
    public void Every_time_falls_into_a_bucket_that_ends_no_more_than_a_thousandth_behind_it()
    {
        for (var power = 0; power <= 36; power++)
        {
            foreach (var time in new[] { (1L << power) - 1, 1L << power, (1L << power) + 1 })
            {
                var histogram = new LatencyHistogram();
                histogram.Record(time);
                histogram.Record(LatencyHistogram.Highest);
                var expected = Math.Min(time, LatencyHistogram.Highest);
                Assert.InRange(histogram.Percentile(50), expected, expected + (expected / 1000));
            }
        }
    }

    [Fact]
    public void A_time_beyond_the_highest_counts_as_the_highest_and_one_below_zero_as_zero()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(long.MaxValue);
        histogram.Record(-5);

        Assert.Equal(0, histogram.Percentile(50));
        Assert.Equal(LatencyHistogram.Highest, histogram.Percentile(100));
    }

    [Fact]
    public void Histograms_add_up_and_can_be_cleared()
    {
        var low = new LatencyHistogram();
        var high = new LatencyHistogram();
        for (var i = 0; i < 99; i++)
        {
            low.Record(10);
        }

        high.Record(1_000_000);
        low.Add(high);

        Assert.Equal(100, low.Count);
        Assert.Equal(10, low.Percentile(99));
        Assert.InRange(low.Percentile(99.9), 1_000_000, 1_001_000);
        low.Clear();
        Assert.Equal(0, low.Count);
        Assert.Equal(0, low.Percentile(50));
    }

    [Fact]
    public void Recording_allocates_nothing()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            histogram.Record(i * 12_345L);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
