namespace Keva.Tests.Telemetry;

/// <summary>A parser that takes everything would prove nothing.</summary>
public sealed class PrometheusParserTests
{
    [Theory]
    [InlineData("# TYPE a gauge\na 1")]
    [InlineData("a 1\n")]
    [InlineData("# TYPE a gauge\n")]
    [InlineData("# TYPE a gauge\na 1\na 2\n")]
    [InlineData("# TYPE a gauge\na{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 2\n")]
    [InlineData("# TYPE a gauge\na one\n")]
    [InlineData("# TYPE a gauge\na{1x=\"1\"} 1\n")]
    [InlineData("# TYPE a gauge\na{x=1} 1\n")]
    [InlineData("# TYPE a gauge\na{x=\"\\t\"} 1\n")]
    [InlineData("# TYPE a gauge\na 1\r\n")]
    [InlineData("# TYPE a gouge\na 1\n")]
    [InlineData("# TYPE a counter\na 1\n")]
    [InlineData("# TYPE a_total counter\na_total -1\n")]
    [InlineData("# TYPE a_total gauge\na_total 1\n")]
    [InlineData("# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\na{x=\"1\"} 2\n")]
    [InlineData("# TYPE a gauge\na 1\n# TYPE a gauge\na 2\n")]
    [InlineData("# HELP b what\n# TYPE a gauge\na 1\n")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"2\"} 1\na_bucket{le=\"1\"} 1\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 2\n")]
    public void What_is_not_of_the_format_is_refused(string text) => Assert.Throws<FormatException>(() => PrometheusParser.Parse(text));

    [Fact]
    public void What_is_of_the_format_is_taken()
    {
        var metrics = PrometheusParser.Parse(
            "# HELP a what it is\n# TYPE a gauge\na{x=\"1\",y=\"\\\\ \\\" \\n\"} +Inf\na 1e-05\n"
            + "# TYPE b histogram\nb_bucket{le=\"1\"} 1\nb_bucket{le=\"+Inf\"} 2\nb_sum 3.5\nb_count 2\n");
        Assert.Equal("\\ \" \n", metrics["a"].Samples[0]["y"]);
        Assert.Equal(2, metrics["b"].Count());
    }
}
