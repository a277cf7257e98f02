using Keva.Node.Configuration.Hocon;

namespace Keva.Tests.Settings.Hocon;

public sealed class UnitFormatTests
{
    [Theory]
    [InlineData("500ms", 5_000_000)]
    [InlineData("5 s", 50_000_000)]
    [InlineData(" 1\u00a0m ", 600_000_000)]
    [InlineData("0.5s", 5_000_000)]
    [InlineData("-2s", -20_000_000)]
    [InlineData("800", 8_000_000)]
    [InlineData("1d", 864_000_000_000)]
    [InlineData("100ns", 1)]
    [InlineData("150ns", 1)]
    [InlineData("0", 0)]
    [InlineData("1nano", 0)]
    [InlineData("100 nanos", 1)]
    [InlineData("100nanosecond", 1)]
    [InlineData("100nanoseconds", 1)]
    [InlineData("1us", 10)]
    [InlineData("1micro", 10)]
    [InlineData("2micros", 20)]
    [InlineData("1microsecond", 10)]
    [InlineData("2microseconds", 20)]
    [InlineData("1milli", 10_000)]
    [InlineData("2millis", 20_000)]
    [InlineData("1millisecond", 10_000)]
    [InlineData("2milliseconds", 20_000)]
    [InlineData("1second", 10_000_000)]
    [InlineData("2seconds", 20_000_000)]
    [InlineData("1minute", 600_000_000)]
    [InlineData("2minutes", 1_200_000_000)]
    [InlineData("1h", 36_000_000_000)]
    [InlineData("1hour", 36_000_000_000)]
    [InlineData("2hours", 72_000_000_000)]
    [InlineData("1day", 864_000_000_000)]
    [InlineData("2days", 1_728_000_000_000)]
    [InlineData("922337203685s", 9_223_372_036_850_000_000)]
    public void A_duration_is_a_number_and_a_unit(string text, long ticks)
    {
        Assert.True(DurationFormat.TryParse(text, out var duration, out _));
        Assert.Equal(ticks, duration.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("ms")]
    [InlineData("5 S")]
    [InlineData("5 MS")]
    [InlineData("5 sec")]
    [InlineData("5 s s")]
    [InlineData("5,5s")]
    [InlineData("1e3ms")]
    [InlineData("--5s")]
    [InlineData("5.s")]
    [InlineData("922337203686s")]
    [InlineData("99999999999999999999999999999999s")]
    [InlineData("5%")]
    [InlineData("NaN s")]
    public void What_is_no_duration_is_refused(string text)
    {
        Assert.False(DurationFormat.TryParse(text, out _, out _));
    }

    [Theory]
    [InlineData("64KiB", 65536)]
    [InlineData("64 KiB", 65536)]
    [InlineData("64K", 65536)]
    [InlineData("64k", 65536)]
    [InlineData("64Ki", 65536)]
    [InlineData("1kibibyte", 1024)]
    [InlineData("2kibibytes", 2048)]
    [InlineData("1kB", 1000)]
    [InlineData("1kilobyte", 1000)]
    [InlineData("2kilobytes", 2000)]
    [InlineData("1MB", 1_000_000)]
    [InlineData("1m", 1 << 20)]
    [InlineData("1MiB", 1 << 20)]
    [InlineData("1.5MiB", 3 << 19)]
    [InlineData("2G", 2L << 30)]
    [InlineData("1gigabyte", 1_000_000_000)]
    [InlineData("1TB", 1_000_000_000_000)]
    [InlineData("1t", 1L << 40)]
    [InlineData("1PiB", 1L << 50)]
    [InlineData("7E", 7L << 60)]
    [InlineData("1EB", 1_000_000_000_000_000_000)]
    [InlineData("0.000001 yottabytes", 1_000_000_000_000_000_000)]
    [InlineData("1000", 1000)]
    [InlineData("7B", 7)]
    [InlineData("7b", 7)]
    [InlineData("1byte", 1)]
    [InlineData("7 bytes", 7)]
    [InlineData("0", 0)]
    [InlineData("-1", -1)]
    public void A_size_is_a_number_and_a_unit(string text, long bytes)
    {
        Assert.True(ByteSizeFormat.TryParse(text, out var parsed, out _));
        Assert.Equal(bytes, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1KB")]
    [InlineData("1kib")]
    [InlineData("1mB")]
    [InlineData("1kb")]
    [InlineData("1ki")]
    [InlineData("0.5B")]
    [InlineData("8EiB")]
    [InlineData("1ZB")]
    [InlineData("1Y")]
    [InlineData("1 foo")]
    [InlineData("K")]
    public void What_is_no_size_is_refused(string text)
    {
        Assert.False(ByteSizeFormat.TryParse(text, out _, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(10_000)]
    [InlineData(15_000_000)]
    [InlineData(600_000_000)]
    [InlineData(36_000_000_000)]
    [InlineData(864_000_000_000)]
    [InlineData(-10_000)]
    [InlineData(1_234_567)]
    public void A_duration_reads_back_as_it_was_rendered(long ticks)
    {
        var text = DurationFormat.Render(new TimeSpan(ticks));
        Assert.True(DurationFormat.TryParse(text, out var duration, out var hasUnit));
        Assert.True(hasUnit);
        Assert.Equal(ticks, duration.Ticks);
    }

    [Theory]
    [InlineData(0, "0B")]
    [InlineData(1000, "1000B")]
    [InlineData(1024, "1KiB")]
    [InlineData(3 << 19, "1536KiB")]
    [InlineData(5L << 60, "5EiB")]
    public void A_size_reads_back_as_it_was_rendered(long bytes, string expected)
    {
        Assert.Equal(expected, ByteSizeFormat.Render(bytes));
        Assert.True(ByteSizeFormat.TryParse(expected, out var parsed, out _));
        Assert.Equal(bytes, parsed);
    }
}
